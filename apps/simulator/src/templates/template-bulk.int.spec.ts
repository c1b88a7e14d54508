import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  simulatorWithReceiver,
  WABA,
  type Json,
  type TestSimulator,
  type WebhookReceiver,
} from '../simulator.harness.js';

let simulator: TestSimulator;
let receiver: WebhookReceiver;
beforeAll(async () => {
  ({ simulator, receiver } = await simulatorWithReceiver());
});
afterAll(() => simulator.close());

const call = async (method: string, path: string, body?: object): Promise<Json> =>
  (await simulator.graph(method, path, body)).body;
const review = (id: string, decision: string) =>
  simulator.control('POST', `/templates/${id}/review`, { decision });
const created = async (name: string): Promise<string> => {
  const components = [{ type: 'BODY', text: 'We are open.' }];
  const { id } = (await simulator.createTemplate(components, { name })).body;
  await review(id, 'APPROVED');
  return id;
};
const statusOf = async (id: string) => (await call('GET', `/${id}?fields=status`)).status as string;

describe('an authentication template in many languages', () => {
  const button = { type: 'OTP', otp_type: 'COPY_CODE' };
  const asked = {
    name: 'code_of_many',
    category: 'AUTHENTICATION',
    languages: ['en_US', 'es_ES', 'fr'],
    components: [
      { type: 'BODY', add_security_recommendation: true },
      { type: 'BUTTONS', buttons: [button] },
    ],
  };
  const upsert = (body: object) => call('POST', `/${WABA}/upsert_message_templates`, body);

  it('is created where it is missing and changed where it is there', async () => {
    const { data } = await upsert(asked);
    expect(data).toEqual(
      asked.languages.map((language) => ({ id: expect.any(String), status: 'PENDING', language })),
    );
    for (const { id } of data) await review(id, 'APPROVED');
    const components = [{ type: 'FOOTER', code_expiration_minutes: 5 }, ...asked.components];
    const changed = await upsert({ ...asked, languages: ['fr', 'de'], components });
    expect(changed.data[0]).toEqual({ id: data[2].id, status: 'PENDING', language: 'fr' });
    const { components: stored } = await call('GET', `/${data[2].id}?fields=components`);
    expect(stored.map(({ type }: Json) => type)).toContain('FOOTER');
    const { data: all } = await call('GET', `/${WABA}/message_templates?name=code_of_many`);
    expect(all.map(({ language }: Json) => language)).toEqual(['en_US', 'es_ES', 'fr', 'de']);
  });

  it.each<[string, object, RegExp]>([
    ['a category', { category: undefined }, /category is required/],
    ['that category', { category: 'UTILITY' }, /must be one of \{AUTHENTICATION\} - got "UTILITY"/],
    ['a name', { name: undefined }, /name is required/],
    ['languages', { languages: [] }, /languages is required/],
    ['known languages', { name: 'code_of_none', languages: ['xx'] }, /xx is not supported/],
  ])('needs %s', async (_what, changes, text) => {
    const { error } = await upsert({ ...asked, ...changes });
    expect(error.error_user_msg ?? error.message).toMatch(text);
  });
});

describe('archiving', () => {
  const move = (verb: string, ids: unknown) =>
    call('POST', `/${WABA}/message_templates/${verb}`, { hsm_ids: ids });
  const told = (id: string, event: string) =>
    receiver.until(() =>
      receiver.values().find((value) => String(value.message_template_id) === id && value.event === event),
    );

  it('takes approved and rejected templates away and brings them back as they were', async () => {
    const [approved, rejected] = [await created('kept_once'), await created('turned_down')];
    await review(rejected, 'REJECTED');
    expect(await move('archive', [approved, rejected])).toEqual({
      archived_templates: [approved, rejected],
      failed_templates: {},
    });
    await told(approved, 'ARCHIVED');
    expect([await statusOf(approved), await statusOf(rejected)]).toEqual(['ARCHIVED', 'ARCHIVED']);
    expect((await simulator.sendTemplate('kept_once')).body.error.code).toBe(132001);
    expect((await call('POST', `/${approved}`, { components: [] })).error.error_subcode).toBe(2388039);
    const { data } = await call('GET', `/${WABA}/message_templates?status=ARCHIVED&fields=name`);
    expect(data.map(({ name }: Json) => name)).toEqual(['kept_once', 'turned_down']);
    expect(await move('unarchive', `${approved},${rejected}`)).toEqual({
      unarchived_templates: [approved, rejected],
      failed_templates: {},
    });
    await told(approved, 'UNARCHIVED');
    expect([await statusOf(approved), await statusOf(rejected)]).toEqual(['APPROVED', 'REJECTED']);
    expect((await simulator.sendTemplate('kept_once')).status).toBe(200);
  });

  it('says of each template that cannot be moved why not', async () => {
    const [approved, paused] = [await created('still_there'), await created('paused_now')];
    await review(paused, 'PAUSED');
    expect(await move('archive', [approved, paused, WABA])).toEqual({
      archived_templates: [approved],
      failed_templates: {
        [paused]: 'Only approved or rejected templates can be archived',
        [WABA]: 'Template not found',
      },
    });
    expect((await move('unarchive', [paused])).failed_templates).toEqual({
      [paused]: 'Only archived templates can be unarchived',
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', undefined, /hsm_ids is required/],
    ['an empty list', [], /1 to 100 elements/],
    ['a list of 101', Array(101).fill('1'), /1 to 100 elements/],
  ])('refuses %s', async (_what, ids, text) => {
    expect((await move('archive', ids)).error.message).toMatch(text);
  });
});

it('a paused template is unpaused, an approved one is not', async () => {
  const id = await created('back_again');
  await review(id, 'PAUSED');
  expect(await call('POST', `/${id}/unpause`)).toEqual({ success: true });
  expect(await statusOf(id)).toBe('APPROVED');
  expect((await call('POST', `/${id}/unpause`)).error.error_subcode).toBe(2388039);
});

describe('comparing templates', () => {
  const now = Math.floor(Date.now() / 1000);

  it('counts what of each was sent', async () => {
    const [one, other] = [await created('first_text'), await created('second_text')];
    const wamids = await Promise.all(
      ['first_text', 'first_text', 'second_text'].map(
        async (name) => (await simulator.sendTemplate(name)).body.messages[0].id as string,
      ),
    );
    await receiver.until(() =>
      wamids.every((wamid) => receiver.statuses(wamid).some(({ status }) => status === 'sent')),
    );
    for (const unit of [1, 1000]) {
      const span = `start=${(now - 604_800) * unit}&end=${(now + 3600) * unit}`;
      expect((await call('GET', `/${one}/compare?template_ids=[${other}]&${span}`)).data).toEqual([
        { metric: 'BLOCK_RATE', type: 'RELATIVE', order_by_relative_metric: [one, other] },
        {
          metric: 'MESSAGE_SENDS',
          type: 'NUMBER_VALUES',
          number_values: [
            { key: one, value: 2 },
            { key: other, value: 1 },
          ],
        },
        {
          metric: 'TOP_BLOCK_REASON',
          type: 'STRING_VALUES',
          string_values: [one, other].map((key) => ({ key, value: 'UNKNOWN_BLOCK_REASON' })),
        },
      ]);
    }
  });

  it.each<[string, string, RegExp]>([
    ['no other', `start=1&end=${now}`, /template_ids is required/],
    ['no time', 'template_ids=1', /^Unsupported get request|start is required/],
    ['one that is none', `template_ids=1&start=1&end=${now}`, /^Unsupported get request/],
  ])('refuses %s', async (_what, query, text) => {
    const { data } = await call('GET', `/${WABA}/message_templates?name=hello_world`);
    expect((await call('GET', `/${data[0].id}/compare?${query}`)).error.message).toMatch(text);
  });
});

describe('the library of templates', () => {
  const names = async (query = '') =>
    (await call('GET', `/message_template_library${query}`)).data.map(({ name }: Json) => name) as string[];

  it('is listed, searched and filtered, by page', async () => {
    const { data } = await call('GET', '/message_template_library');
    expect(data[0]).toEqual({
      id: expect.any(String),
      name: 'delivery_update_1',
      language: 'en_US',
      category: 'UTILITY',
      topic: 'ORDER_MANAGEMENT',
      usecase: 'DELIVERY_UPDATE',
      industry: ['E_COMMERCE'],
      body: expect.stringContaining('{{2}}'),
      body_params: expect.any(Array),
      body_param_types: ['TEXT', 'TEXT'],
      buttons: [{ type: 'URL', text: 'Track order', url: 'https://www.example.com' }],
    });
    expect(await names('?topic=PAYMENTS')).toEqual(['low_balance_warning_1']);
    expect(await names('?industry=E_COMMERCE&usecase=ORDER_PICK_UP')).toEqual(['order_pick_up_1']);
    expect(await names('?search=YOUR%20VISIT')).toEqual(['feedback_survey_1']);
    expect(await names('?language=gu')).toEqual([]);
    const first = await call('GET', '/message_template_library?limit=3');
    const next = new URL(first.paging.next as string);
    expect(next.pathname).toBe('/v25.0/message_template_library');
    expect(await names(next.search)).toEqual(['feedback_survey_1']);
  });

  const create = (name: string, more: object) =>
    call('POST', `/${WABA}/message_templates`, { name, category: 'UTILITY', language: 'en_US', ...more });
  const url = { base_url: 'https://shop.in/{{1}}', url_suffix_example: 'https://shop.in/demo' };

  it('gives templates that are approved at once, with links and numbers of the account', async () => {
    const { id, status } = await create('my_warning', {
      library_template_name: 'low_balance_warning_1',
      library_template_button_inputs: [
        { type: 'URL', url },
        { type: 'PHONE_NUMBER', phone_number: '+16315551010' },
      ],
    });
    expect(status).toBe('APPROVED');
    const shown = await call('GET', `/${id}`);
    expect(shown.library_template_name).toBe('low_balance_warning_1');
    expect(shown.components.map(({ type }: Json) => type)).toEqual(['HEADER', 'BODY', 'BUTTONS']);
    expect(shown.components[2].buttons).toEqual([
      { type: 'URL', text: 'Make a deposit', url: url.base_url, example: [url.url_suffix_example] },
      { type: 'PHONE_NUMBER', text: 'Call us', phone_number: '+16315551010' },
    ]);
  });

  it('reads the inputs of Meta’s own sample, and templates without buttons need none', async () => {
    const { status } = await create('my_delivery', {
      library_template_name: 'delivery_update_1',
      library_template_button_inputs:
        "[{type: 'URL', 'url': {'base_url' : 'https://www.example.com/{{1}}', 'url_suffix_example' : 'https://www.example.com/demo'}}]",
    });
    expect(status).toBe('APPROVED');
    expect((await create('my_pick_up', { library_template_name: 'order_pick_up_1' })).status).toBe(
      'APPROVED',
    );
  });

  it.each<[string, object, RegExp]>([
    ['one that is not in it', { library_template_name: 'nonsense' }, /no template nonsense in the library/],
    [
      'another language',
      { library_template_name: 'order_pick_up_1', language: 'gu' },
      /in the library for gu/,
    ],
    [
      'a button without its link',
      { library_template_name: 'delivery_update_1' },
      /library_template_button_inputs\[0\] is required/,
    ],
    [
      'inputs that cannot be read',
      { library_template_name: 'delivery_update_1', library_template_button_inputs: 'nonsense' },
      /must be an array/,
    ],
  ])('does not give %s', async (_what, more, text) => {
    const { error } = await create('of_library', more);
    expect(error.error_user_msg ?? error.message).toMatch(text);
  });
});
