import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { simulatorForTests } from '@wbiz/simulator/simulator.harness';
import { TEMPLATE_CASES } from './template-rules.samples.js';

const TOKEN = 'rules-token';

let simulator: Awaited<ReturnType<typeof simulatorForTests>>;
beforeAll(async () => {
  simulator = await simulatorForTests();
});
afterAll(() => simulator.close());

it.each(TEMPLATE_CASES.map((one) => [one.title, one] as const))(
  'Meta agrees: %s',
  async (_title, { template, verdict }) => {
    const { parameterFormat, messageSendTtlSeconds, ...rest } = template;
    // A new WABA per case: no name is taken.
    const waba = await simulator.control('POST', '/wabas', { token: TOKEN, phoneNumbers: 1 });
    const { id } = waba.body as { id: string };
    const made = await simulator.graph(
      'POST',
      `/${id}/flows`,
      { name: 'booking', categories: ['OTHER'] },
      TOKEN,
    );
    const flowId = (made.body as { id: string }).id;
    await simulator.control('POST', `/flows/${flowId}/status`, { status: 'PUBLISHED' });
    // Replaces the case's flow id by this flow's, since Meta assigns flow ids.
    const named = JSON.parse(
      JSON.stringify(rest).replace('"flow_id":"101"', `"flow_id":"${flowId}"`),
    ) as object;
    const { status, body } = await simulator.graph(
      'POST',
      `/${id}/message_templates`,
      {
        ...named,
        parameter_format: parameterFormat,
        message_send_ttl_seconds: messageSendTtlSeconds,
      },
      TOKEN,
    );
    if (verdict === 'ok')
      expect([status, body]).toEqual([200, expect.objectContaining({ id: expect.any(String) })]);
    else {
      const { code, subcode } = verdict.meta;
      expect([status, body]).toEqual([
        400,
        {
          error: expect.objectContaining({
            code,
            ...(subcode === undefined ? {} : { error_subcode: subcode }),
          }),
        },
      ]);
    }
  },
);
