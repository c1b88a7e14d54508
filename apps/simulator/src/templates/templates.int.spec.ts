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

let serial = 0;
const newName = (suffix = '') => `template_${++serial}${suffix}`;
const BODY = {
  type: 'BODY',
  text: 'Hi {{1}}, order {{2}} is on its way.',
  example: { body_text: [['Asha', '#1043']] },
};
const create = (more: object = {}) => simulator.createTemplate([BODY], { name: newName(), ...more });
const get = async (id: string) =>
  (await simulator.graph('GET', `/${id}?fields=status,rejected_reason,name`)).body;
const statusEvent = (id: string, event: string) =>
  receiver.until(() =>
    receiver.values().find((value) => value.message_template_id === Number(id) && value.event === event),
  );
const fieldOf = (field: string, id: string): Promise<Json> =>
  receiver.until(() =>
    receiver.received
      .flatMap(({ body }) => body.entry.flatMap(({ changes }: Json) => changes))
      .filter((change: Json) => change.field === field)
      .map(({ value }: Json) => value)
      .find(({ message_template_id: found }: Json) => found === Number(id)),
  );
const approved = async (more: object = {}): Promise<string> => {
  const { body } = await create(more);
  await simulator.control('POST', `/templates/${body.id}/review`, { decision: 'APPROVED' });
  return body.id as string;
};

describe('creation', () => {
  it('answers pending, approves after a while and tells it by webhook with a numeric id', async () => {
    const name = newName();
    const { status, body } = await create({ name });
    expect(status).toBe(200);
    expect(body).toEqual({ id: expect.stringMatching(/^\d{16}$/), status: 'PENDING', category: 'UTILITY' });
    expect(await statusEvent(body.id as string, 'APPROVED')).toEqual({
      event: 'APPROVED',
      message_template_id: Number(body.id),
      message_template_name: name,
      message_template_language: 'en_US',
      message_template_category: 'UTILITY',
      reason: 'NONE',
    });
    expect(await get(body.id as string)).toEqual({
      id: body.id,
      name,
      status: 'APPROVED',
      rejected_reason: 'NONE',
    });
    const change = receiver.received
      .flatMap(({ body: hook }) => hook.entry)
      .find(({ changes }: Json) => changes[0].value.message_template_name === name);
    expect(change).toMatchObject({
      id: WABA,
      time: expect.any(Number),
      changes: [{ field: 'message_template_status_update' }],
    });
  });

  it('rejects a name that ends in _reject', async () => {
    const { body } = await create({ name: newName('_reject') });
    const event = await statusEvent(body.id as string, 'REJECTED');
    expect(event).toMatchObject({ reason: 'INVALID_FORMAT', rejection_info: { reason: 'INVALID_FORMAT' } });
    expect(await get(body.id as string)).toMatchObject({
      status: 'REJECTED',
      rejected_reason: 'INVALID_FORMAT',
    });
  });

  it('takes the captured bodies: named and positional parameters, buttons, lower-case enums', async () => {
    const text =
      'Thank you for your order, {{name}}! Your confirmation number is {{order_number}}. Call us any time!';
    const buttons = [
      { type: 'PHONE_NUMBER', text: 'Call', phone_number: '15550001234' },
      { type: 'URL', text: 'Contact Support', url: 'https://www.luckyshrub.com/support' },
    ];
    const params = [
      { param_name: 'name', example: 'Asha' },
      { param_name: 'order_number', example: '860198' },
    ];
    const named = await create({
      category: 'marketing',
      language: 'en',
      parameter_format: 'named',
      components: [
        { type: 'body', text, example: { body_text_named_params: params } },
        { type: 'buttons', buttons },
      ],
    });
    expect(named).toMatchObject({ status: 200, body: { status: 'PENDING', category: 'MARKETING' } });
    const { body } = await simulator.graph('GET', `/${named.body.id}`);
    expect(body).toEqual({
      name: expect.any(String),
      parameter_format: 'NAMED',
      components: [
        { type: 'BODY', text, example: { body_text_named_params: params } },
        { type: 'BUTTONS', buttons },
      ],
      language: 'en',
      status: 'PENDING',
      category: 'MARKETING',
      id: named.body.id,
    });
  });

  const body = (text: string, example?: unknown) => ({
    components: [{ type: 'BODY', text, ...(example === undefined ? {} : { example }) }],
  });
  const withBody = (...components: object[]) => ({ components: [BODY, ...components] });
  const buttons = (...list: object[]) => withBody({ type: 'BUTTONS', buttons: list });
  const quick = (text: string) => ({ type: 'QUICK_REPLY', text });

  it.each<[string, object, number | undefined]>([
    ['no name', { name: undefined }, undefined],
    ['no language', { language: undefined }, undefined],
    ['another category', { category: 'SPAM' }, undefined],
    ['no components', { components: undefined }, undefined],
    ['a name with capitals', { name: 'Hello' }, 2388046],
    ['a name too long', { name: 'x'.repeat(513) }, 2388046],
    ['an unknown language', { language: 'xx_YY' }, 2388049],
    ['a name and language that are there', { name: 'hello_world' }, 2388024],
    [
      'another category than its sibling',
      { name: 'hello_world', language: 'hi', category: 'MARKETING' },
      undefined,
    ],
    ['no body', { components: [{ type: 'FOOTER', text: 'x' }] }, 2388043],
    ['a body too long', body('x'.repeat(1025)), 2388040],
    ['a body without examples', body('Hi {{1}}, welcome here.'), 2388043],
    ['a gap in the variables', body('Hi {{2}}, welcome here.', { body_text: [['a']] }), 2388072],
    ['a leading variable', body('{{1}} is your code now.', { body_text: [['a']] }), 2388299],
    ['a trailing variable', body('Your code is {{1}}', { body_text: [['a']] }), 2388299],
    ['more variables than words', body('Hi {{1}} {{2}} .', { body_text: [['a', 'b']] }), 2388293],
    ['a header too long', withBody({ type: 'HEADER', format: 'TEXT', text: 'x'.repeat(61) }), 2388040],
    ['two header variables', withBody({ type: 'HEADER', format: 'TEXT', text: '{{1}} {{2}}' }), 2388047],
    ['a media header without a sample', withBody({ type: 'HEADER', format: 'IMAGE' }), 2388273],
    ['a footer variable', withBody({ type: 'FOOTER', text: 'Hi {{1}}' }), 2388073],
    ['eleven buttons', buttons(...Array.from({ length: 11 }, () => quick('a'))), 2388060],
    [
      'three URL buttons',
      buttons(...Array.from({ length: 3 }, () => ({ type: 'URL', text: 'a', url: 'https://x.in' }))),
      2388060,
    ],
    [
      'quick replies in two groups',
      buttons(quick('a'), { type: 'URL', text: 'b', url: 'https://x.in' }, quick('c')),
      2388060,
    ],
    ['a button text too long', buttons(quick('x'.repeat(26))), 2388040],
    ['a link to WhatsApp', buttons({ type: 'URL', text: 'a', url: 'https://wa.me/1' }), 2388081],
    [
      'text in an authentication body',
      { category: 'AUTHENTICATION', components: [{ type: 'BODY', text: 'x' }] },
      2388042,
    ],
  ])('refuses %s', async (_name, more, subcode) => {
    const { status, body: answer } = await create(more);
    expect([status, answer.error.code, answer.error.error_subcode]).toEqual([400, 100, subcode]);
  });
});

describe('the list', () => {
  it('pages by Meta’s cursors until there is no next', async () => {
    const first = (await simulator.graph('GET', `/${WABA}/message_templates?limit=2&fields=name`)).body;
    expect(first.data.map(({ name }: Json) => name)).toEqual(['hello_world', 'order_confirmation']);
    expect(first.paging.cursors).toEqual({ before: 'MAZDZD', after: 'MQZDZD' });
    const seen = [...first.data];
    for (let page = first; page.paging.next !== undefined;) {
      page = (await (
        await fetch(page.paging.next as string, { headers: { authorization: 'Bearer simulator-token' } })
      ).json()) as Json;
      expect(page.paging.previous).toEqual(expect.any(String));
      seen.push(...page.data);
    }
    const all = (await simulator.graph('GET', `/${WABA}/message_templates?limit=1000&fields=name`)).body.data;
    expect(seen).toEqual(all);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it('filters, counts, and chooses fields', async () => {
    const list = async (query: string) =>
      (await simulator.graph('GET', `/${WABA}/message_templates?${query}`)).body;
    expect((await list('name=diwali&fields=name,status')).data).toEqual([
      { id: expect.any(String), name: 'diwali_offer', status: 'APPROVED' },
    ]);
    expect((await list('name=hello_world&status=PAUSED')).data).toEqual([]);
    expect((await list('name=nothing_has_this_name')).paging).toBeUndefined();
    const summary = (await list('category=marketing&language=en_US&name=diwali&summary=total_count')).summary;
    expect(summary).toMatchObject({ total_count: 1, message_template_limit: 6000 });
  });

  it('of an unknown account is the captured 100/33', async () => {
    const { status, body } = await simulator.graph('GET', '/123456/message_templates?limit=100');
    expect([status, body.error.code, body.error.error_subcode]).toEqual([400, 100, 33]);
    expect(body.error.message).toMatch(/^Unsupported get request/);
  });
});

describe('edit', () => {
  it('replaces components, sends to review again and answers the superset of what SDKs expect', async () => {
    const name = newName();
    const id = await approved({ name });
    const components = [{ ...BODY, text: 'Hello {{1}}, order {{2}} is on its way.' }];
    const { status, body } = await simulator.graph('POST', `/${id}`, { components });
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, id, name, category: 'UTILITY' });
    expect((await get(id)).status).toBe('PENDING');
    expect((await simulator.graph('POST', `/${id}`, { components })).body.error.error_subcode).toBe(2388039);
    await statusEvent(id, 'APPROVED');
    expect((await simulator.graph('GET', `/${id}`)).body.components).toEqual(components);
  });

  it('refuses another category for an approved one, and bad components', async () => {
    const id = await approved();
    expect(
      (await simulator.graph('POST', `/${id}`, { category: 'MARKETING' })).body.error.error_subcode,
    ).toBe(2388039);
    expect((await simulator.graph('POST', `/${id}`, { components: [] })).body.error.error_subcode).toBe(
      2388043,
    );
    expect((await get(id)).status).toBe('APPROVED');
  });

  it('of an approved one is done once in 24 hours while management limits are on', async () => {
    const id = await approved();
    const edit = () => simulator.graph('POST', `/${id}`, { components: [BODY] });
    const decide = (decision: string) => simulator.control('POST', `/templates/${id}/review`, { decision });
    await simulator.control('POST', '/behaviour', { managementLimits: true });
    expect((await edit()).status).toBe(200);
    await decide('APPROVED');
    const refused = await edit();
    await decide('PAUSED');
    const paused = await edit();
    await simulator.control('POST', '/reset');
    expect(refused.body.error.error_subcode).toBe(2388124);
    expect(paused.status).toBe(200);
  });

  it('is told by webhook, with what is in it now', async () => {
    const id = await approved();
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'On its way' },
      BODY,
      { type: 'FOOTER', text: 'Our shop' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+15550783881' },
          { type: 'URL', text: 'Open', url: 'https://x.in' },
        ],
      },
    ];
    expect((await simulator.graph('POST', `/${id}`, { components })).status).toBe(200);
    const name = (await get(id)).name as string;
    expect(await fieldOf('message_template_components_update', id)).toEqual({
      message_template_id: Number(id),
      message_template_name: name,
      message_template_language: 'en_US',
      message_template_element: BODY.text,
      message_template_title: 'On its way',
      message_template_footer: 'Our shop',
      message_template_buttons: [
        {
          message_template_button_type: 'PHONE_NUMBER',
          message_template_button_text: 'Call',
          message_template_button_phone_number: '+15550783881',
        },
        {
          message_template_button_type: 'URL',
          message_template_button_text: 'Open',
          message_template_button_url: 'https://x.in',
        },
      ],
    });
  });

  it('changes the category of one that is rejected or paused, as its other languages have it', async () => {
    const name = newName();
    const id = await approved({ name });
    const other = await approved({ name, language: 'hi' });
    const setTo = async (category: string) =>
      (await simulator.graph('POST', `/${id}`, { category })).body.error?.error_user_msg as unknown;
    await simulator.control('POST', `/templates/${id}/review`, {
      decision: 'REJECTED',
      reason: 'PROMOTIONAL',
    });
    expect(await setTo('MARKETING')).toBe(
      "The category MARKETING doesn't match the one that's already associated with this template, UTILITY.",
    );
    await simulator.graph('DELETE', `/${WABA}/message_templates?name=${name}&hsm_id=${other}`);
    expect(await setTo('MARKETING')).toBeUndefined();
    expect((await simulator.graph('GET', `/${id}?fields=category,status,rejected_reason`)).body).toEqual({
      id,
      category: 'MARKETING',
      status: 'PENDING',
      rejected_reason: 'NONE',
    });
  });

  it('of a disabled one is refused', async () => {
    const id = await approved();
    await simulator.control('POST', `/templates/${id}/review`, { decision: 'DISABLED' });
    const { body } = await simulator.graph('POST', `/${id}`, { components: [BODY] });
    expect(body.error.error_subcode).toBe(2388039);
  });
});

describe('delete', () => {
  const remove = (query: string) => simulator.graph('DELETE', `/${WABA}/message_templates?${query}`);

  it('by name takes all languages, tells it, and blocks the name for a while', async () => {
    const name = newName();
    const id = await approved({ name });
    const other = await approved({ name, language: 'hi' });
    expect(await remove(`name=${name}`)).toMatchObject({ status: 200, body: { success: true } });
    await statusEvent(id, 'DELETED');
    await statusEvent(other, 'DELETED');
    expect((await simulator.graph('GET', `/${id}`)).body.error.error_subcode).toBe(33);
    expect((await simulator.sendTemplate(name)).body.error.code).toBe(132001);
    expect((await create({ name })).body.error.error_subcode).toBe(2388023);
  });

  it('by id takes one, by ids all or none', async () => {
    const name = newName();
    const [one, two] = [await approved({ name }), await approved({ name, language: 'hi' })];
    expect((await remove(`name=${name}&hsm_id=${one}`)).status).toBe(200);
    expect((await get(two)).status).toBe('APPROVED');
    expect((await remove(`hsm_ids=[${two},999]`)).body.error.error_subcode).toBe(2593002);
    expect((await get(two)).status).toBe('APPROVED');
    expect((await remove(`hsm_ids=[${two}]`)).status).toBe(200);
  });

  it('of an id under another name, or of a disabled one, deletes nothing', async () => {
    const name = newName();
    const [one, two] = [await approved({ name }), await approved({ name, language: 'hi' })];
    expect((await remove(`name=hello_world&hsm_id=${one}`)).body.error.error_subcode).toBe(2593002);
    expect((await remove(`name=${name}&hsm_ids=[${one}]`)).body.error.code).toBe(100);
    await simulator.control('POST', `/templates/${two}/review`, { decision: 'DISABLED' });
    expect((await remove(`name=${name}`)).body.error.error_subcode).toBe(2388039);
    expect([(await get(one)).status, (await get(two)).status]).toEqual(['APPROVED', 'DISABLED']);
  });

  it('of one that was never approved leaves its name free', async () => {
    const name = newName();
    await create({ name });
    expect((await remove(`name=${name}`)).status).toBe(200);
    expect((await create({ name })).status).toBe(200);
  });

  it('of one that has been approved blocks its name and language in the captured words', async () => {
    const name = newName();
    const id = await approved({ name });
    await simulator.control('POST', `/templates/${id}/review`, { decision: 'PAUSED' });
    await remove(`name=${name}`);
    expect((await create({ name })).body.error).toMatchObject({
      error_subcode: 2388023,
      error_user_title: 'Message Template Language is Being Deleted',
      error_user_msg:
        "New English (US) content can't be added while the existing English (US) content is being deleted. Try again in 4 weeks or consider creating a new message template.",
    });
    expect((await create({ name, language: 'hi' })).status).toBe(200);
  });

  it('of an unknown name answers in the captured words', async () => {
    const { status, body } = await remove('name=fake%20name');
    expect(status).toBe(400);
    expect(body.error).toEqual({
      message: 'Invalid parameter',
      type: 'OAuthException',
      code: 100,
      error_subcode: 2593002,
      is_transient: false,
      error_user_title: 'Message Template Not Found',
      error_user_msg: "The message template fake name wasn't found for this account.",
      fbtrace_id: expect.any(String),
    });
  });
});

describe('what Meta decides', () => {
  const review = (id: string, decision: string, reason?: string) =>
    simulator.control('POST', `/templates/${id}/review`, { decision, reason });

  it.each<[string, string | undefined, object]>([
    ['REJECTED', 'TAG_CONTENT_MISMATCH', { reason: 'TAG_CONTENT_MISMATCH' }],
    ['REJECTED', 'INVALID_FORMAT', { reason: 'INVALID_FORMAT', rejection_info: expect.any(Object) }],
    [
      'PAUSED',
      undefined,
      { reason: 'NONE', other_info: { title: 'FIRST_PAUSE', description: expect.any(String) } },
    ],
    ['DISABLED', undefined, { reason: 'NONE', disable_info: { disable_date: expect.any(Number) } }],
    ['DISABLED', 'ABUSIVE_CONTENT', { reason: 'ABUSIVE_CONTENT', disable_info: expect.any(Object) }],
    ['PAUSED', 'low quality', { reason: 'low quality', other_info: expect.any(Object) }],
  ])('%s for %s is told under the account, without a number', async (decision, reason, extra) => {
    const name = newName();
    const id = await approved({ name });
    const { body } = await review(id, decision, reason);
    const rejectedReason = (decision === 'REJECTED' ? reason : undefined) ?? 'NONE';
    expect(body).toMatchObject({ status: decision, rejected_reason: rejectedReason });
    expect(await statusEvent(id, decision)).toEqual({
      event: decision,
      message_template_id: Number(id),
      message_template_name: name,
      message_template_language: 'en_US',
      message_template_category: 'UTILITY',
      ...extra,
    });
    const entries = receiver.received.flatMap(({ body: hook }) => hook.entry);
    expect(entries.find(({ changes }: Json) => changes[0].value.event === decision).id).toBe(WABA);
  });

  it('ends a pause, or lets the business end it', async () => {
    const id = await approved();
    const unpauses = () =>
      receiver
        .values()
        .filter((value) => value.message_template_id === Number(id) && value.other_info?.title === 'UNPAUSE');
    await review(id, 'PAUSED');
    expect((await simulator.graph('POST', `/${id}/unpause`)).body).toEqual({ success: true });
    await receiver.until(() => unpauses().length === 1);
    expect((await simulator.graph('POST', `/${id}/unpause`)).body.error.error_subcode).toBe(2388039);
    await review(id, 'PAUSED');
    await receiver.until(() =>
      receiver
        .values()
        .some(
          (value) => value.message_template_id === Number(id) && value.other_info?.title === 'SECOND_PAUSE',
        ),
    );
    await review(id, 'APPROVED');
    await receiver.until(() => unpauses().length === 2);
  });

  it('changes quality and category, and tells it', async () => {
    const id = await approved();
    const decide = (what: string, body: object) =>
      simulator.control('POST', `/templates/${id}/${what}`, body);
    expect((await decide('quality', { score: 'YELLOW' })).body.quality_score.score).toBe('YELLOW');
    expect(await fieldOf('message_template_quality_update', id)).toMatchObject({
      previous_quality_score: 'UNKNOWN',
      new_quality_score: 'YELLOW',
    });
    const { body } = await decide('category', { category: 'MARKETING' });
    expect(body).toMatchObject({ category: 'MARKETING', previous_category: 'UTILITY' });
    expect(await fieldOf('template_category_update', id)).toMatchObject({
      previous_category: 'UTILITY',
      new_category: 'MARKETING',
    });
    expect((await decide('quality', { score: 'BLUE' })).status).toBe(400);
    expect((await decide('category', { category: 'SPAM' })).status).toBe(400);
    const listed = await simulator.graph(
      'GET',
      `/${WABA}/message_templates?quality_score=yellow&fields=name`,
    );
    expect(listed.body.data.map(({ id: found }: Json) => found)).toEqual([id]);
  });
});

describe('a send of a template that is not approved', () => {
  it.each([
    ['REJECTED', 132001],
    ['PAUSED', 132015],
    ['DISABLED', 132016],
  ])('is refused when %s', async (decision, code) => {
    const name = newName();
    const id = await approved({ name });
    const review = await simulator.control('POST', `/templates/${id}/review`, {
      decision,
      reason: 'PROMOTIONAL',
    });
    expect(review.body).toMatchObject({ id, name, status: decision });
    await statusEvent(id, decision);
    const { status, body } = await simulator.sendTemplate(name);
    expect([status, body.error.code]).toEqual([400, code]);
  });

  it('is refused while it is pending', async () => {
    const name = newName();
    await create({ name });
    expect((await simulator.sendTemplate(name)).body.error.code).toBe(132001);
  });
});

describe('a send of a template with parts', () => {
  const sendOf = async (template: object, components: unknown) => {
    const name = newName();
    await approved({ name, ...template });
    const { status, body } = await simulator.sendTemplate(name, components);
    return body.error === undefined ? status : `${body.error.code} ${body.error.error_data?.details}`;
  };
  const media = {
    components: [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
      { type: 'BODY', text: 'Look here.' },
    ],
  };
  const url = {
    components: [
      { type: 'BODY', text: 'Look here.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Track', url: 'https://x.in/t/{{1}}', example: ['1'] },
          { type: 'QUICK_REPLY', text: 'Stop' },
        ],
      },
    ],
  };
  const named = {
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Hi {{first_name}}, welcome.',
        example: { body_text_named_params: [{ param_name: 'first_name', example: 'A' }] },
      },
    ],
  };
  const image = [{ type: 'header', parameters: [{ type: 'image', image: { link: 'https://x.in/a.jpg' } }] }];
  const suffix = {
    type: 'button',
    sub_type: 'url',
    index: '0',
    parameters: [{ type: 'text', text: '1043' }],
  };
  const name = (parameterName: string) => [
    { type: 'body', parameters: [{ type: 'text', parameter_name: parameterName, text: 'Asha' }] },
  ];

  it.each<[string, object, unknown, unknown]>([
    ['a media header', media, image, 200],
    ['no media header', media, [], '132012 header: Format mismatch, expected IMAGE, received UNKNOWN'],
    [
      'a URL button',
      url,
      [
        suffix,
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: 1,
          parameters: [{ type: 'payload', payload: 'STOP' }],
        },
      ],
      200,
    ],
    ['no URL parameter', url, [], '131008 buttons: Button at index 0 of type Url requires a parameter'],
    ['a named parameter', named, name('first_name'), 200],
    ['another name', named, name('surname'), '132012 body: parameter_name first_name is missing'],
  ])('with %s', async (_name, template, components, expected) => {
    expect(await sendOf(template, components)).toBe(expected);
  });
});
