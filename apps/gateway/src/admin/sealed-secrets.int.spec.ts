import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { PresentKeys } from '@wbiz/contracts/sealed';
import { Secrets } from '@wbiz/service-kit/sealing';
import { NOBODY } from '@wbiz/service-testing/peers';
import { ADMIN_TOKEN, runningGateway, type RunningGateway } from '../running-gateway.harness.js';
import { runCli } from './cli.js';

jest.setTimeout(60_000);
const other = new Secrets({ key: Buffer.alloc(32, 1) }).present;
let theirs: PresentKeys;
let gateway: RunningGateway;
const answers = {
  'secrets.present': async () => theirs,
  'webhook.reseal': async () => [],
};
beforeAll(async () => {
  gateway = await runningGateway({}, answers);
});
afterAll(() => gateway.close());

const reseal = () => gateway.admin('POST', '/secrets/reseal');
const own = () => gateway.secrets.present;
const wbiz = (at: RunningGateway) =>
  runCli(['secrets', 'reseal'], {
    env: { WBIZ_URL: at.url, WBIZ_ADMIN_TOKEN: ADMIN_TOKEN },
    cwd: '/',
    stdin: async () => '',
  });

it('seals anew where all holders have the same keys', async () => {
  theirs = { TOKENS_KEY: own(), WEBHOOKS_KEY: own() };
  expect(await reseal()).toMatchObject({ status: 200, body: { sealed: [{ present: own() }, {}] } });
  expect(await wbiz(gateway)).toMatchObject({
    code: 0,
    out: expect.stringContaining('TOKENS_KEY_PREVIOUS may go'),
  });
});

it.each([
  [
    'TOKENS_KEY',
    other,
    /TOKENS_KEY OWN, messaging at \S+ with OTHER, templates at \S+ with OTHER\. Give all holders/,
  ],
  ['WEBHOOKS_KEY', other, /WEBHOOKS_KEY OWN, webhooks at \S+ with OTHER\. Give all holders/],
  ['TOKENS_KEY', undefined, /messaging at \S+ with none/],
] as const)('refuses where others seal with another %s (%s)', async (setting, key, says) => {
  theirs = { TOKENS_KEY: own(), WEBHOOKS_KEY: own(), [setting]: key };
  const asked = gateway.asked('webhook.reseal');
  const { status, body } = await reseal();
  expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'conflict' });
  const detail = String(body['detail']);
  expect(detail.replaceAll(own(), 'OWN').replaceAll(other, 'OTHER')).toMatch(says);
  expect(detail).toContain(`${setting}_PREVIOUS must stay`);
  const { code, out, err } = await wbiz(gateway);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(detail);
  expect(gateway.asked('webhook.reseal')).toBe(asked);
});

it.each([
  ['messaging', 'TOKENS_KEY'],
  ['templates', 'TOKENS_KEY'],
  ['webhooks', 'WEBHOOKS_KEY'],
])('does not guess while a replica of %s cannot be reached', async (holder, setting) => {
  const alone = await runningGateway({ [`${holder.toUpperCase()}_RPC`]: NOBODY }, answers);
  try {
    const key = alone.secrets.present;
    theirs = { TOKENS_KEY: key, WEBHOOKS_KEY: key };
    const { status, body } = await alone.admin('POST', '/secrets/reseal');
    expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'unavailable' });
    expect(body['detail']).toBe(
      `${holder} does not say which ${setting} it has: No replica at ${NOBODY} could be asked secrets.present. ` +
        `Until it does, ${setting}_PREVIOUS must stay.`,
    );
    expect(await wbiz(alone)).toMatchObject({ code: 1, out: '' });
  } finally {
    await alone.close();
  }
});
