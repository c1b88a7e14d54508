import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleFlowJson } from '../graph/sample-data.js';
import {
  simulatorWithReceiver,
  WABA,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;
let published: string;
let draft: string;

beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
  const { data } = (await simulator.graph('GET', `/${WABA}/flows`)).body;
  [published, draft] = data.map(({ id }: Json) => id as string);
});
afterAll(() => simulator.close());

let serial = 0;
const newName = () => `flow_${(serial += 1)}`;
const JSON_TEXT = sampleFlowJson('FORM', 'Form');
const create = (more: object = {}) =>
  simulator.graph('POST', `/${WABA}/flows`, { name: newName(), categories: ['OTHER'], ...more });
const created = async (more: object = {}) => (await create(more)).body.id as string;
const post = (path: string, body?: object) => simulator.graph('POST', path, body);
const get = async (id: string, fields: string) =>
  (await simulator.graph('GET', `/${id}?fields=${fields}`)).body;
const statusOf = async (id: string) => (await get(id, 'status')).status as string;
const changesOf = (id: string): Json[] =>
  receiver.values().filter((value) => value.event === 'FLOW_STATUS_CHANGE' && value.flow_id === id);
const upload = async (id: string, text: string, name = 'flow.json') => {
  const form = new FormData();
  form.set('name', name);
  form.set('asset_type', 'FLOW_JSON');
  form.set('file', new Blob([text], { type: 'application/json' }), 'flow.json');
  const response = await fetch(`${simulator.url}/v25.0/${id}/assets`, {
    method: 'POST',
    headers: { authorization: 'Bearer simulator-token' },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Json };
};

describe('the flows of an account', () => {
  it('are listed in pages, with the fields asked for', async () => {
    const first = (await simulator.graph('GET', `/${WABA}/flows?limit=1&fields=name,status`)).body;
    expect(first.data).toEqual([{ id: published, name: 'appointment_booking', status: 'PUBLISHED' }]);
    const next = await fetch(first.paging.next as string, {
      headers: { authorization: 'Bearer simulator-token' },
    });
    const { data } = (await next.json()) as Json;
    expect(data).toEqual([{ id: draft, name: 'customer_survey', status: 'DRAFT' }]);
  });

  it('show all that Meta shows of one', async () => {
    const fields =
      'id,name,categories,preview,status,validation_errors,json_version,data_api_version,endpoint_uri,updated_at,health_status,whatsapp_business_account,application';
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
    expect(await get(published, fields)).toEqual({
      id: published,
      name: 'appointment_booking',
      categories: ['APPOINTMENT_BOOKING'],
      preview: { preview_url: expect.stringMatching(/^https:/), expires_at: time },
      status: 'PUBLISHED',
      validation_errors: [],
      json_version: '7.3',
      updated_at: time,
      health_status: {
        can_send_message: 'AVAILABLE',
        entities: ['FLOW', 'WABA', 'BUSINESS', 'APP'].map((type) =>
          expect.objectContaining({ entity_type: type, can_send_message: 'AVAILABLE' }),
        ),
      },
      whatsapp_business_account: {
        id: WABA,
        name: expect.any(String),
        currency: 'INR',
        timezone_id: '71',
        message_template_namespace: expect.any(String),
      },
      application: { id: expect.any(String), name: 'Simulated app', link: expect.any(String) },
    });
    expect((await get(published, 'kind')).error.message).toBe(
      '(#100) Tried accessing nonexisting field (kind) on node type (WhatsAppFlow)',
    );
  });

  it('belong to their account alone', async () => {
    const token = 'simulator-of-flows';
    const { id } = (await simulator.control('POST', '/wabas', { token })).body;
    const { data } = (await simulator.graph('GET', `/${id}/flows`, undefined, token)).body;
    expect(data).toHaveLength(2);
    expect((await simulator.graph('GET', `/${published}`, undefined, token)).body.error.error_subcode).toBe(
      33,
    );
  });
});

describe('a flow', () => {
  it('is made, filled, published, changed, published again and deprecated', async () => {
    const name = newName();
    const id = await created({ name });
    expect(await get(id, 'name,status,categories,json_version')).toEqual({
      id,
      name,
      status: 'DRAFT',
      categories: ['OTHER'],
    });
    expect((await post(`/${id}/publish`)).body.error).toMatchObject({
      code: 139002,
      error_user_title: 'Publishing Flow with validation errors',
    });
    expect(await upload(id, JSON_TEXT)).toEqual({
      status: 200,
      body: { success: true, validation_errors: [] },
    });
    expect((await post(`/${id}/publish`)).body).toEqual({ success: true });
    expect(await statusOf(id)).toBe('PUBLISHED');
    expect((await post(`/${id}`, { name: `${name}_b`, categories: ['SURVEY'] })).body).toEqual({
      success: true,
    });
    expect(await get(id, 'name,status,categories')).toEqual({
      id,
      name: `${name}_b`,
      status: 'DRAFT',
      categories: ['SURVEY'],
    });
    expect((await simulator.graph('DELETE', `/${id}`)).body.error.code).toBe(139004);
    expect((await post(`/${id}/publish`)).body).toEqual({ success: true });
    expect((await post(`/${id}/deprecate`)).body).toEqual({ success: true });
    await receiver.until(() => changesOf(id).length === 4);
    expect(changesOf(id)).toEqual([
      {
        event: 'FLOW_STATUS_CHANGE',
        message: `Flow ${name} has been created with DRAFT status`,
        flow_id: id,
        new_status: 'DRAFT',
      },
      expect.objectContaining({
        message: `Flow ${name} changed status from DRAFT to PUBLISHED`,
        old_status: 'DRAFT',
        new_status: 'PUBLISHED',
      }),
      expect.objectContaining({ old_status: 'DRAFT', new_status: 'PUBLISHED' }),
      expect.objectContaining({ old_status: 'PUBLISHED', new_status: 'DEPRECATED' }),
    ]);
    expect((await post(`/${id}`, { name: newName() })).body.error.code).toBe(139001);
    expect((await post(`/${id}/deprecate`)).body.error.error_user_title).toBe('Flow is already deprecated');
  });

  it('is made and published in one', async () => {
    const { body } = await create({ flow_json: JSON_TEXT, publish: true, categories: '["SIGN_UP","OTHER"]' });
    expect(body).toEqual({ id: expect.stringMatching(/^\d{16}$/), success: true, validation_errors: [] });
    expect(await get(body.id as string, 'status,categories,json_version')).toEqual({
      id: body.id,
      status: 'PUBLISHED',
      categories: ['SIGN_UP', 'OTHER'],
      json_version: '7.3',
    });
  });

  it('with faults is kept as a draft that says them', async () => {
    const { body } = await create({
      flow_json: '{"version":"7.3","screens":[{"title":"x"}]}',
      publish: true,
    });
    expect(body.validation_errors).toEqual([
      expect.objectContaining({ error: 'INVALID_PROPERTY_VALUE', error_type: 'FLOW_JSON_ERROR' }),
    ]);
    const id = body.id as string;
    expect(await get(id, 'status,validation_errors')).toEqual({
      id,
      status: 'DRAFT',
      validation_errors: body.validation_errors,
    });
    expect((await upload(id, 'no JSON')).body.validation_errors).toHaveLength(1);
  });

  it('is cloned, and shows its JSON', async () => {
    const id = await created({ clone_flow_id: published });
    const { data } = (await simulator.graph('GET', `/${id}/assets`)).body;
    expect(data).toEqual([{ name: 'flow.json', asset_type: 'FLOW_JSON', download_url: expect.any(String) }]);
    const file = await fetch(data[0].download_url as string, {
      headers: { authorization: 'Bearer simulator-token' },
    });
    expect(((await file.json()) as Json).screens[0].id).toBe('BOOKING');
  });

  it('is deleted while it is a draft', async () => {
    const id = await created();
    expect((await simulator.graph('DELETE', `/${id}`)).body).toEqual({ success: true });
    expect((await simulator.graph('GET', `/${id}`)).body.error.error_subcode).toBe(33);
  });

  it.each<[string, object, number, RegExp]>([
    ['a name', { name: undefined }, 100, /The parameter name is required/],
    ['categories', { categories: undefined }, 100, /The parameter categories is required/],
    ['a known category', { categories: ['FUN'] }, 100, /categories\[0\] must be one of .* got "FUN"/],
    ['a name of its own', { name: 'appointment_booking' }, 100, /used by another flow/],
    ['a known flow to clone', { clone_flow_id: '1' }, 100, /There is no flow 1/],
    ['an endpoint that is a URL', { endpoint_uri: 'x' }, 100, /valid URL/],
  ])('needs %s', async (_name, more, code, text) => {
    const { status, body } = await create(more);
    expect([status, body.error?.code]).toEqual([400, code]);
    expect(body.error.error_user_msg ?? body.error.message).toMatch(text);
  });

  it.each<[string, string, number, string]>([
    [
      'a version of yesterday',
      sampleFlowJson('A', 'a').replace('7.3', '2.1'),
      139002,
      'Versions in Flow JSON file are not available for publishing',
    ],
    [
      'data without an endpoint',
      sampleFlowJson('A', 'a').replace('"screens"', '"data_api_version":"3.0","screens"'),
      139002,
      'Publishing without specifying endpoint_uri is forbidden',
    ],
  ])('of %s is not published', async (_name, json, code, title) => {
    const id = await created({ flow_json: json });
    const { error } = (await post(`/${id}/publish`)).body;
    expect([error.code, error.error_user_title]).toEqual([code, title]);
  });

  it('is neither published twice nor deprecated as a draft', async () => {
    expect((await post(`/${published}/publish`)).body.error).toMatchObject({
      message: "(#139002) Flow can't be published",
      error_user_title: 'Publishing Flow in invalid state',
    });
    expect((await post(`/${draft}/deprecate`)).body.error.code).toBe(139003);
  });
});

describe('a message with a flow', () => {
  const send = async (parameters: object) => {
    const { status, body } = await simulator.send({
      type: 'interactive',
      interactive: {
        type: 'flow',
        body: { text: 'Book with us' },
        action: { name: 'flow', parameters: { flow_message_version: '3', flow_cta: 'Book', ...parameters } },
      },
    });
    return body.error === undefined ? status : `${body.error.code} ${body.error.error_data?.details}`;
  };

  it.each<[string, () => object, unknown]>([
    ['by id', () => ({ flow_id: published, flow_token: 'token-1' }), 200],
    ['by name', () => ({ flow_name: 'appointment_booking', mode: 'published' }), 200],
    [
      'with a first screen',
      () => ({ flow_id: published, flow_action_payload: { screen: 'BOOKING', data: { a: 1 } } }),
      200,
    ],
    [
      'whose endpoint has the first screen',
      () => ({ flow_id: published, flow_action: 'data_exchange' }),
      200,
    ],
    ['that is a draft, as a draft', () => ({ flow_id: draft, mode: 'draft' }), 200],
    [
      'that is a draft',
      () => ({ flow_id: draft }),
      '131009 Flow is in status DRAFT and cannot be sent in mode published',
    ],
    [
      'that nobody knows',
      () => ({ flow_name: 'nothing' }),
      '131009 Flow nothing does not exist in this account',
    ],
    [
      'in another mode',
      () => ({ flow_id: published, mode: 'test' }),
      '131009 mode must be draft or published, not test',
    ],
    [
      'with another action',
      () => ({ flow_id: published, flow_action: 'jump' }),
      '131009 flow_action must be navigate or data_exchange, not jump',
    ],
    [
      'with a screen for its endpoint',
      () => ({ flow_id: published, flow_action: 'data_exchange', flow_action_payload: { screen: 'A' } }),
      '131009 flow_action_payload is allowed with flow_action navigate only',
    ],
    [
      'with an empty screen',
      () => ({ flow_id: published, flow_action_payload: { screen: '' } }),
      '131009 flow_action_payload.screen must be the id of a screen',
    ],
    [
      'with an empty token',
      () => ({ flow_id: published, flow_token: '' }),
      '131009 flow_token must be a string that is not empty',
    ],
  ])('%s', async (_name, parameters, expected) => {
    expect(await send(parameters())).toBe(expected);
  });

  it('is sent as it was published while it is changed', async () => {
    const id = await created({ flow_json: JSON_TEXT, publish: true });
    await post(`/${id}`, { name: newName() });
    expect(await statusOf(id)).toBe('DRAFT');
    expect(await send({ flow_id: id })).toBe(200);
  });

  it.each([
    ['BLOCKED', '132068 Flow is in blocked state.'],
    ['THROTTLED', '132069 Flow is in throttled state and its 10 messages of this hour are sent.'],
    ['DEPRECATED', '131009 Flow is in status DEPRECATED and cannot be sent in mode published'],
  ])('is refused when Meta has it %s, in a template too', async (status, refused) => {
    const flowName = newName();
    const id = await created({ name: flowName, flow_json: JSON_TEXT, publish: true });
    const name = `with_${flowName}`;
    const components = [
      { type: 'BODY', text: 'Book with us.' },
      { type: 'BUTTONS', buttons: [{ type: 'FLOW', text: 'Book', flow_id: id }] },
    ];
    const template = { name, language: 'en_US', category: 'MARKETING', components };
    const { body } = await post(`/${WABA}/message_templates`, template);
    await simulator.control('POST', `/templates/${body.id}/review`, { decision: 'APPROVED' });
    const press = [{ type: 'button', sub_type: 'flow', index: 0 }];
    expect((await simulator.sendTemplate(name, press)).status).toBe(200);
    expect((await simulator.control('POST', `/flows/${id}/status`, { status })).body.status).toBe(status);
    await receiver.until(() => changesOf(id).some(({ new_status: now }) => now === status));
    expect(await send({ flow_id: id })).toBe(refused);
    const { error } = (await simulator.sendTemplate(name, press)).body;
    expect(`${error.code} ${error.error_data.details}`).toBe(refused);
  });

  it('is answered by a form', async () => {
    const sent = await simulator.send({
      type: 'interactive',
      interactive: {
        type: 'flow',
        body: { text: 'Book with us' },
        action: {
          name: 'flow',
          parameters: { flow_message_version: '3', flow_cta: 'Book', flow_id: published },
        },
      },
    });
    const id = sent.body.messages[0].id as string;
    const reply = { name: 'flow', body: 'Sent', response_json: '{"flow_token":"token-1","name":"Asha"}' };
    const message = {
      type: 'interactive',
      context: { from: '918000000001', id },
      interactive: { type: 'nfm_reply', nfm_reply: reply },
    };
    const { wamid } = (await simulator.control('POST', '/inbound', { from: '918899332211', message })).body;
    const heard = await receiver.until(() => receiver.messages().find((item) => item.id === wamid));
    expect(heard).toMatchObject(message);
  });
});

describe('the control of flows', () => {
  it('knows its flows and their statuses', async () => {
    const set = async (id: string, status: string) =>
      (await simulator.control('POST', `/flows/${id}/status`, { status })).status;
    expect([await set('1', 'BLOCKED'), await set(published, 'GONE')]).toEqual([404, 400]);
  });
});
