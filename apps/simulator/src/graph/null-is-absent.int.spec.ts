import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PHONE, simulatorForTests, WABA, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
let image: string;
let flowId: string;

beforeAll(async () => {
  simulator = await simulatorForTests();
  image = await simulator.uploaded('image');
  flowId = (await simulator.graph('GET', `/${WABA}/flows`)).body.data[0].id as string;
  await simulator.openWindow();
});
afterAll(() => simulator.close());

const buttons = [{ type: 'reply', reply: { id: 'a', title: 'A' } }];
const interactive = (type: string, more: object) => ({
  type: 'interactive',
  interactive: { type, header: null, body: { text: 'Pick' }, footer: null, ...more },
});

describe('what is null is absent', () => {
  it.each<[string, () => object]>([
    [
      'the context of a text',
      () => ({ type: 'text', text: { body: 'hi', preview_url: null }, context: null }),
    ],
    [
      'a message id in a context',
      () => ({ text: { body: 'hi' }, context: { message_id: 'wamid.x', from: null } }),
    ],
    [
      'everything around a text',
      () => ({
        type: null,
        recipient: null,
        recipient_type: null,
        biz_opaque_callback_data: null,
        status: null,
        text: { body: 'hi' },
      }),
    ],
    ['a caption and a link', () => ({ type: 'image', image: { id: image, link: null, caption: null } })],
    [
      'the name of a file',
      () => ({ type: 'document', document: { link: 'https://x.in/a.pdf', filename: null, caption: null } }),
    ],
    [
      'the name of a place',
      () => ({ type: 'location', location: { latitude: 23, longitude: 72, name: null, address: null } }),
    ],
    ['header and footer', () => interactive('button', { action: { buttons, name: null } })],
    [
      'a row’s description and a section’s title',
      () =>
        interactive('list', {
          action: {
            button: 'Open',
            sections: [{ title: null, rows: [{ id: 'a', title: 'A', description: null }] }],
          },
        }),
    ],
    [
      'what a flow’s message does not need',
      () =>
        interactive('flow', {
          action: {
            name: 'flow',
            parameters: {
              flow_message_version: '3',
              flow_id: flowId,
              flow_name: null,
              flow_cta: 'Book',
              flow_token: null,
              mode: null,
              flow_action_payload: { screen: 'BOOKING', data: { name: null } },
            },
          },
        }),
    ],
    [
      'a template’s components',
      () => ({
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US', policy: null }, components: null },
      }),
    ],
  ])('%s', async (_name, message) => {
    const { status, body } = await simulator.send(message());
    expect([status, body.error]).toEqual([200, undefined]);
  });

  it.each<[string, object, string]>([
    ['a number', { to: null, text: { body: 'hi' } }, '(#100) The parameter to is required.'],
    ['a text', { text: { body: null } }, "(#100) The parameter text['body'] is required."],
    ['an object', { type: 'image', image: null }, '(#100) The parameter image is required.'],
  ])('and refused as such where %s is needed', async (_name, message, text) => {
    const { status, body } = await simulator.send(message);
    expect([status, body.error.message]).toEqual([400, text]);
  });

  it('in templates, profiles, flows and forms too', async () => {
    const template = await simulator.graph('POST', `/${WABA}/message_templates`, {
      name: 'of_nulls',
      language: 'en_US',
      category: 'UTILITY',
      parameter_format: null,
      message_send_ttl_seconds: null,
      components: [{ type: 'BODY', text: 'We are open.', example: null }],
    });
    expect(template.body.status).toBe('PENDING');
    const profile = { messaging_product: 'whatsapp', about: 'Sweets', email: null, websites: null };
    expect((await simulator.graph('POST', `/${PHONE}/whatsapp_business_profile`, profile)).body).toEqual({
      success: true,
    });
    const flow = { name: 'of_nulls', categories: ['OTHER'], clone_flow_id: null, endpoint_uri: null };
    expect((await simulator.graph('POST', `/${WABA}/flows`, flow)).body.error).toBeUndefined();
    const form = await simulator.call(
      'POST',
      `/v25.0/${PHONE}/messages`,
      new URLSearchParams({
        messaging_product: 'whatsapp',
        to: '918899332211',
        text: '{"body":"hi","preview_url":null}',
      }).toString(),
      { authorization: 'Bearer simulator-token', 'content-type': 'application/x-www-form-urlencoded' },
    );
    expect(form.body.messages).toHaveLength(1);
  });
});
