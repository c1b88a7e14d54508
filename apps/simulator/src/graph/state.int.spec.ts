import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatorForTests, WABA, webhookReceiver, type Json } from '../simulator.harness.js';

let stateDir: string;
beforeAll(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'simulator-state-'));
});
afterAll(() => rmSync(stateDir, { recursive: true }));

describe('the state directory', () => {
  it('carries accounts, templates, windows and the webhook target over a restart, not messages', async () => {
    const receiver = await webhookReceiver();
    const first = await simulatorForTests({ stateDir });
    await first.control('POST', '/webhook', { url: receiver.url, secret: 's', verifyToken: 'v' });
    const waba = (await first.control('POST', '/wabas', { phoneNumbers: 1, token: 'simulator-second' })).body;
    await first.openWindow('918899330001');
    await first.sendTemplate();
    const { body: template } = await first.graph('POST', `/${WABA}/message_templates`, {
      name: 'kept',
      language: 'en',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'This one stays.' }],
    });
    await first.close();

    const second = await simulatorForTests({ stateDir });
    expect((await second.control('GET', '/webhook')).body).toMatchObject({
      url: receiver.url,
      verifyToken: 'v',
    });
    expect((await second.control('GET', '/messages')).body.total).toBe(0);
    expect((await second.graph('GET', `/${waba.id}`, undefined, 'simulator-second')).status).toBe(200);
    const approved = await receiver.until(() =>
      receiver.values().find(({ message_template_id: id }) => id === Number(template.id)),
    );
    expect(approved.event).toBe('APPROVED');
    const sent = (await second.sendText('hi', { to: '918899330001' })).body.messages[0].id as string;
    await receiver.until(() => receiver.statuses(sent).some(({ status }) => status === 'delivered'));
    const next = (await second.control('POST', '/wabas', { token: 'simulator-third' })).body;
    expect(next.id).not.toBe(waba.id);
    expect(next.phoneNumbers[0].id).not.toBe(waba.phoneNumbers[0].id);
    await second.close();
    await receiver.close();
  });

  it('carries the edits of a template: the eleventh in 30 days is refused', async () => {
    const behaviour = { managementLimits: true };
    const components = [{ type: 'BODY', text: 'This one changes.' }];
    const first = await simulatorForTests({ stateDir, behaviour });
    const { data } = (await first.graph('GET', `/${WABA}/message_templates?name=diwali_offer`)).body;
    const id = data[0].id as string;
    const edit = async (simulator: typeof first) =>
      (await simulator.graph('POST', `/${id}`, { components })).body.error as Json;
    expect(await edit(first)).toBeUndefined();
    await first.control('POST', `/templates/${id}/review`, { decision: 'APPROVED' });
    await first.close();

    const path = join(stateDir, 'simulator.json');
    const state = JSON.parse(readFileSync(path, 'utf8')) as Json;
    const template = state.nodes.find((node: Json) => node.id === id);
    const [edited] = template.edits as number[];
    const twoDays = 2 * 86_400;
    template.edits = Array(10).fill(edited! - twoDays);
    writeFileSync(path, JSON.stringify(state));
    const second = await simulatorForTests({ stateDir, behaviour });
    expect(await edit(second)).toMatchObject({
      error_subcode: 2388124,
      error_user_msg: 'An approved message template can only be edited 10 times in 30 days.',
    });
    await second.close();

    template.edits[0] -= 29 * 86_400;
    writeFileSync(path, JSON.stringify(state));
    const third = await simulatorForTests({ stateDir, behaviour });
    expect(await edit(third)).toBeUndefined();
    await third.close();
  });
});
