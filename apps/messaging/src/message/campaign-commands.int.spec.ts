import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import type { OfCampaign } from '@wbiz/contracts/send';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import type { SeenRecord } from '@wbiz/service-testing/shared-topics';
import { until } from '@wbiz/testing/stack';
import { MESSAGING } from '../messaging.service.js';
import { template } from './message.samples.js';

jest.setTimeout(60_000);
const ACCOUNT = 'acc_1';
const PHONE = '106';
const marketing = template({ category: 'MARKETING', components: [{ type: 'BODY', text: 'Hi!' }] });

let service: Awaited<ReturnType<typeof serviceUnderTest>>;
let log: readonly SeenRecord[];
beforeAll(async () => {
  service = await serviceUnderTest(MESSAGING, {
    // The contacts service cannot be reached.
    peers: { 'template.find': () => Promise.resolve(marketing) },
  });
  log = await service.read('events');
});
afterAll(() => service?.close());

const send = async (campaign?: OfCampaign) => {
  const messageId = newId('msg');
  const { accepted } = await service.send(
    'message.send',
    {
      messageId,
      conversationId: `cnv_${messageId}`,
      contactId: `cnt_${messageId}`,
      phoneNumberId: PHONE,
      at: new Date().toISOString(),
      kind: 'template',
      request: { to: '+918899332211', template: marketing.name, language: marketing.language },
      ...(campaign && { campaign }),
    },
    { accountId: ACCOUNT },
  );
  return { messageId, accepted };
};
const campaign: OfCampaign = { campaignId: 'cmp_1', expiresAt: new Date(Date.now() + 600_000).toISOString() };
const logOf = (messageId: string) =>
  log.filter(({ data }) => data['messageId'] === messageId).map(({ type, data }) => ({ type, data }));

it('sends of a campaign are accepted without asking for consent, and go back by a command, and past their time', async () => {
  const replica = await service.start();
  expect((await send()).accepted).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  const [first, second] = [await send(campaign), await send(campaign)];
  for (const { messageId, accepted } of [first, second])
    expect(accepted).toMatchObject({ ok: true, data: { id: messageId, status: 'accepted', wamid: null } });

  const withdrawal = {
    messageId: first.messageId,
    conversationId: `cnv_${first.messageId}`,
    at: new Date().toISOString(),
  };
  const { accepted } = await service.send('message.withdraw', withdrawal, { accountId: ACCOUNT });
  expect(accepted).toEqual({ ok: true, data: null });
  expect(await service.ask('message.reached', { accountId: ACCOUNT })).toEqual({ people: 0, freesAt: null });
  await replica.stop();

  // Connects the phone number only after the second send has expired.
  await service.pool.query(`insert into messaging.accounts values ($1, '1', '{}')`, [ACCOUNT]);
  await service.pool.query('insert into messaging.phone_numbers values ($1, $2, 80)', [PHONE, ACCOUNT]);
  await service.pool.query('update messaging.dispatch set expires_at = now()');
  await service.start();
  await until(() => logOf(second.messageId).length > 0);
  for (const [{ messageId }, reason] of [
    [first, 'withdrawn'],
    [second, 'expired'],
  ] as const)
    expect(logOf(messageId)).toMatchObject([
      {
        type: 'message.withdrawn',
        data: { messageId, campaignId: 'cmp_1', contactId: `cnt_${messageId}`, reason },
      },
    ]);
  const { rows } = await service.pool.query(`select distinct type from messaging.events order by 1`);
  expect(rows).toEqual([{ type: 'message.queued' }, { type: 'message.withdrawn' }]);
});
