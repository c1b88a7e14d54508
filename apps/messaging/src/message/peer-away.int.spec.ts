import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { MESSAGING } from '../messaging.service.js';
import { template } from './message.samples.js';

jest.setTimeout(60_000);
const components = [{ type: 'BODY' as const, text: 'Hi!' }];
const offer = template({ name: 'offer', category: 'MARKETING', components });
const receipt = template({ name: 'receipt', category: 'UTILITY', components });

const thawed = Promise.withResolvers<boolean>();
let service: Awaited<ReturnType<typeof serviceUnderTest>>;
beforeAll(async () => {
  // The contacts service accepts queries and never answers.
  service = await serviceUnderTest(MESSAGING, { peers: { 'contact.opted-out': () => thawed.promise } });
  await service.start();
  for (const [accountId, { name, language, ...more }] of [
    ['acc_a', offer],
    ['acc_b', receipt],
  ] as const)
    await service.pool.query('insert into messaging.templates values ($1, $2, $3, $4)', [
      accountId,
      name,
      language,
      { name, language, ...more },
    ]);
});
afterAll(async () => {
  thawed.resolve(false);
  await service?.close();
});

async function send(accountId: string, { name, language }: typeof offer) {
  const messageId = newId('msg');
  const from = performance.now();
  const { accepted } = await service.send(
    'message.send',
    {
      messageId,
      conversationId: `cnv_${messageId}`,
      contactId: `cnt_${messageId}`,
      phoneNumberId: '106',
      at: new Date().toISOString(),
      kind: 'template',
      request: { to: '+918899332211', template: name, language },
    },
    { accountId },
  );
  return { accepted, ms: performance.now() - from };
}

/** The 90th percentile of B's sends, and the slowest, in ms. */
async function pace(goesOn: (sent: number) => boolean) {
  const times: number[] = [];
  while (goesOn(times.length)) {
    const { accepted, ms } = await send('acc_b', receipt);
    expect(accepted.ok).toBe(true);
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  return { ninth: times[Math.floor(times.length * 0.9)]!, slowest: times.at(-1)! };
}

it("an account's sends wait for a peer, and nobody else's do", async () => {
  await pace((sent) => sent < 50);
  const before = await pace((sent) => sent < 200);
  const ofA: Awaited<ReturnType<typeof send>>[] = [];
  const asking = setInterval(() => void send('acc_a', offer).then((one) => ofA.push(one)), 500);
  const during = await pace(() => ofA.length < 6);
  clearInterval(asking);
  for (const { accepted } of ofA) expect(accepted).toMatchObject({ error: { code: 'unavailable' } });
  console.info(`peer-away: sends of account B took (ms) ${JSON.stringify({ before, during })}`);
  expect(during.ninth).toBeLessThan(2 * before.ninth + 50);
  expect(during.slowest).toBeLessThan(1_000);
  thawed.resolve(false);
  await until(async () => (await send('acc_a', offer)).accepted.ok);
});
