import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  PHONE,
  simulatorWithReceiver,
  texts,
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
beforeEach(() => simulator.control('POST', '/reset'));

const finalStatus = (wamid: string, status: string) =>
  receiver.until(() => receiver.statuses(wamid).find((item) => item.status === status));

describe('an accepted send', () => {
  it('of text answers as Meta does: no message_status', async () => {
    const { status, headers, body } = await simulator.sendText();
    expect(status).toBe(200);
    expect(body).toEqual({
      messaging_product: 'whatsapp',
      contacts: [{ input: '+918899332211', wa_id: '918899332211' }],
      messages: [{ id: expect.stringMatching(/^wamid\./) }],
    });
    expect(headers.get('content-type')).toBe('application/json; charset=UTF-8');
    expect(headers.get('facebook-api-version')).toBe('v25.0');
    expect(JSON.parse(headers.get('x-business-use-case-usage')!)).toHaveProperty(WABA);
  });

  it('of a template carries message_status', async () => {
    const { body } = await simulator.sendTemplate('order_confirmation', [texts('Asha', '#1043')]);
    expect(body.messages).toEqual([{ id: expect.any(String), message_status: 'accepted' }]);
  });

  it('is followed by sent, delivered and read, with our data echoed and pricing on the first two', async () => {
    const { body } = await simulator.sendTemplate('hello_world', undefined, {
      biz_opaque_callback_data: 'msg_1',
    });
    const wamid = body.messages[0].id as string;
    await finalStatus(wamid, 'read');
    const statuses = receiver.statuses(wamid);
    expect(statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
    const pricing = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' };
    const common = {
      id: wamid,
      recipient_id: '918899332211',
      recipient_user_id: expect.stringMatching(/^IN\.\d{20}$/),
      biz_opaque_callback_data: 'msg_1',
      timestamp: expect.stringMatching(/^\d{10}$/),
    };
    expect(statuses).toEqual([
      { ...common, status: 'sent', pricing },
      { ...common, status: 'delivered', pricing },
      { ...common, status: 'read' },
    ]);
    expect(receiver.values().find((value) => value.statuses?.[0].id === wamid).metadata).toEqual({
      display_phone_number: '918000000001',
      phone_number_id: PHONE,
    });
  });

  it.each([
    ['a number as JSON number', { to: 918899332211 }, '918899332211', '918899332211'],
    ['a formatted number', { to: '+91 (88993) 32-211' }, '+91 (88993) 32-211', '918899332211'],
    ['ten digits of the sender’s country', { to: '8899332211' }, '8899332211', '918899332211'],
  ])('goes to %s', async (_name, to, input, waId) => {
    const { body } = await simulator.sendText('hi', to);
    expect(body.contacts).toEqual([{ input, wa_id: waId }]);
  });

  it('to a business-scoped user id answers user_id instead of wa_id', async () => {
    const { body } = await simulator.send({
      to: undefined,
      recipient: 'IN.13491208655302741918',
      text: { body: 'x' },
    });
    expect(body.contacts).toEqual([{ input: 'IN.13491208655302741918', user_id: 'IN.13491208655302741918' }]);
  });

  it('is text when no type is given, and may come as a form or with the token in the query', async () => {
    expect((await simulator.send({ text: { body: 'x' } })).status).toBe(200);
    const form = new URLSearchParams({
      messaging_product: 'whatsapp',
      to: '918899332211',
      text: '{"body":"x"}',
    });
    const answer = await simulator.call(
      'POST',
      `/${PHONE}/messages?access_token=simulator-token`,
      form.toString(),
      {
        'content-type': 'application/x-www-form-urlencoded',
      },
    );
    expect(answer.status).toBe(200);
    const multipart = new FormData();
    for (const [key, value] of form) multipart.set(key, value);
    const headers = { authorization: 'Bearer simulator-token' };
    const at = `${simulator.url}/v25.0/${PHONE}/messages`;
    expect((await fetch(at, { method: 'POST', headers, body: multipart })).status).toBe(200);
    const php = new URLSearchParams({
      messaging_product: 'whatsapp',
      to: '918899332211',
      'text[body]': 'x',
      'context[message_id]': 'wamid.x',
    });
    expect((await fetch(`${at}?${php}`, { method: 'POST', headers })).status).toBe(200);
    const { data } = (await simulator.control('GET', '/messages')).body;
    expect(data.map(({ body }: Json) => body.text)).toEqual(Array(4).fill({ body: 'x' }));
    expect(data[3].body.context).toEqual({ message_id: 'wamid.x' });
  });
});

describe('a refused send', () => {
  const text = { type: 'text', text: { body: 'hi' } };
  const template = (name: string, components: unknown = [], code = 'en_US') => ({
    type: 'template',
    template: { name, language: { code }, components },
  });
  const parameterError = (message: string) => ({ code: 100, message: `(#100) ${message}` });
  const mismatch = (code: number, message: string, details: string) => ({
    code,
    message: `(#${code}) ${message}`,
    error_data: { messaging_product: 'whatsapp', details },
  });
  const count = 'Number of parameters does not match the expected number of params';

  it.each<[string, object, object]>([
    [
      'no product',
      { messaging_product: undefined, ...text },
      parameterError('The parameter messaging_product is required.'),
    ],
    [
      'another product',
      { messaging_product: 'sms', ...text },
      parameterError('Param messaging_product must be one of {WHATSAPP} - got "sms".'),
    ],
    ['no recipient', { to: undefined, ...text }, parameterError('The parameter to is required.')],
    ['a recipient without digits', { to: 'Asha', ...text }, { code: 131009 }],
    ['a recipient of another type', { to: ['91'], ...text }, parameterError('Param to must be a string.')],
    ['an unknown type', { type: 'fax' }, { code: 100, message: expect.stringContaining('got "fax"') }],
    ['no content', { type: 'text' }, parameterError('The parameter text is required.')],
    [
      'content of another type',
      { type: 'text', text: 'hi' },
      parameterError('Param text must be a JSON object.'),
    ],
    ['no text', { type: 'text', text: {} }, parameterError("The parameter text['body'] is required.")],
    [
      'text of another type',
      { type: 'text', text: { body: 1 } },
      parameterError("Param text['body'] must be a string."),
    ],
    [
      'text too long',
      { type: 'text', text: { body: 'x'.repeat(4097) } },
      parameterError("Param text['body'] must be at most 4096 characters long."),
    ],
    ['callback data too long', { ...text, biz_opaque_callback_data: 'x'.repeat(513) }, { code: 100 }],
    ['to itself', { to: '918000000001', ...text }, { code: 131021 }],
    ['a group', { recipient_type: 'group', ...text }, { code: 100 }],
    ['a person’s id that is none', { to: undefined, recipient: 'Asha', ...text }, { code: 131009 }],
    ['media by id and link', { type: 'image', image: { id: '1', link: 'https://x' } }, { code: 131009 }],
    [
      'an unknown interactive',
      { type: 'interactive', interactive: { type: 'x', action: {} } },
      { code: 131009 },
    ],
    [
      'an unknown template',
      template('nope'),
      mismatch(
        132001,
        'Template name does not exist in the translation',
        'template name (nope) does not exist in en_US',
      ),
    ],
    [
      'another language',
      template('hello_world', [], 'hi'),
      mismatch(
        132001,
        'Template name does not exist in the translation',
        'template name (hello_world) does not exist in hi',
      ),
    ],
    [
      'too few parameters',
      template('order_confirmation', [texts('Asha')]),
      mismatch(
        132000,
        count,
        'body: number of localizable_params (1) does not match the expected number of params (2)',
      ),
    ],
    [
      'parameters for none',
      template('hello_world', [texts('Asha')]),
      mismatch(
        132000,
        count,
        'body: number of localizable_params (1) does not match the expected number of params (0)',
      ),
    ],
    [
      'a header parameter for none',
      template('hello_world', [{ ...texts('x'), type: 'header' }]),
      { code: 132000 },
    ],
    [
      'a parameter of another kind',
      template('order_confirmation', [
        {
          type: 'body',
          parameters: [
            { type: 'image', image: { id: '1' } },
            { type: 'text', text: 'x' },
          ],
        },
      ]),
      { code: 132012 },
    ],
    [
      'a named parameter',
      template('order_confirmation', [
        {
          type: 'body',
          parameters: [
            { type: 'text', parameter_name: 'a', text: 'x' },
            { type: 'text', text: 'y' },
          ],
        },
      ]),
      { code: 132012 },
    ],
    [
      'an empty parameter',
      template('order_confirmation', [texts('Asha', '')]),
      mismatch(100, 'Invalid parameter', "Parameter 'text' is mandatory for component parameter type 'text'"),
    ],
    ['a newline in a parameter', template('order_confirmation', [texts('A', 'a\nb')]), { code: 132018 }],
    ['five spaces in a parameter', template('order_confirmation', [texts('A', 'a     b')]), { code: 132018 }],
    [
      'a button that is not there',
      template('hello_world', [{ type: 'button', sub_type: 'url', index: '0', parameters: [] }]),
      { code: 131009 },
    ],
  ])('says why: %s', async (_name, message, error) => {
    const { status, body } = await simulator.send(message);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      type: 'OAuthException',
      fbtrace_id: expect.stringMatching(/^A[\w-]{22}$/),
      ...error,
    });
  });

  it('takes text of exactly 4,096 characters, counted as people do', async () => {
    expect((await simulator.sendText('👍'.repeat(4096))).status).toBe(200);
    expect((await simulator.sendText('👍'.repeat(4097))).status).toBe(400);
  });

  it.each<[string, string, number, object]>([
    ['no token', '', 400, { code: 104, message: 'An access token is required to request this resource.' }],
    [
      'a wrong token',
      'nonsense',
      401,
      { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
    ],
    ['an expired token', 'simulator-expired-1', 401, { code: 190, error_subcode: 463 }],
  ])('is told of %s', async (_name, token, status, error) => {
    const answer = await simulator.graph(
      'POST',
      `/${PHONE}/messages`,
      { messaging_product: 'whatsapp' },
      token,
    );
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject(error);
    expect(answer.headers.get('www-authenticate')).toContain('OAuth "Facebook Platform"');
  });

  it('is told of an id that is not there in the words of the captured answer', async () => {
    const { status, body, headers } = await simulator.send(
      { type: 'text', text: { body: 'hola' } },
      '123123',
    );
    expect(status).toBe(400);
    expect(headers.has('x-app-usage')).toBe(true);
    expect(body.error).toEqual({
      message:
        "Unsupported post request. Object with ID '123123' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
      type: 'GraphMethodException',
      code: 100,
      error_subcode: 33,
      fbtrace_id: expect.any(String),
    });
  });

  it('treats a body that is not JSON as one without parameters', async () => {
    const { status, body } = await simulator.graph('POST', `/${PHONE}/messages`, '{"messaging_product":');
    expect([status, body.error.code]).toEqual([400, 100]);
  });

  it('does not show among the messages', async () => {
    await simulator.send({ type: 'text' });
    expect((await simulator.control('GET', '/messages')).body).toEqual({
      data: [],
      total: 0,
      nextCursor: null,
    });
  });
});

describe('versions', () => {
  it.each<[string, string, string | null]>([
    ['/v26.0', 'v26.0', null],
    ['/v19.0', 'v21.0', 'The call has been auto-upgraded to v21.0 as v19.0 has been deprecated.'],
    ['', 'v21.0', null],
  ])('answers %s as %s', async (prefix, version, warning) => {
    const { status, headers } = await simulator.call('GET', `${prefix}/${PHONE}`, undefined, {
      authorization: 'Bearer simulator-token',
    });
    expect(status).toBe(200);
    expect(headers.get('facebook-api-version')).toBe(version);
    expect(headers.get('x-ad-api-version-warning')).toBe(warning);
  });

  it('refuses one that is malformed', async () => {
    const { status, body } = await simulator.call('GET', `/v25/${PHONE}`, undefined, {});
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 100,
      message: expect.stringMatching(/^Invalid version format/),
    });
  });
});

describe('a send that fails later', () => {
  it('is free text outside the window: 200, then failed with 131047', async () => {
    const { status, body } = await simulator.sendText('hi', {
      to: '918899330001',
      biz_opaque_callback_data: 'msg_9',
    });
    expect(status).toBe(200);
    const failed = await finalStatus(body.messages[0].id as string, 'failed');
    expect(failed.errors).toEqual([
      {
        code: 131047,
        title: 'Re-engagement message',
        message: 'Re-engagement message',
        error_data: {
          details:
            'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
        },
        href: expect.stringContaining('https://developers.facebook.com/'),
      },
    ]);
    expect(failed.biz_opaque_callback_data).toBe('msg_9');
    expect(failed).not.toHaveProperty('pricing');
  });

  it('arrives once the person has written, to the number they wrote to', async () => {
    await simulator.openWindow('918899330002');
    const inside = await simulator.sendText('hi', { to: '918899330002' });
    await finalStatus(inside.body.messages[0].id as string, 'read');
    const other = await simulator.send({ to: '918899330002', text: { body: 'x' } }, '1060000000000002');
    await finalStatus(other.body.messages[0].id as string, 'failed');
  });

  it.each([131026, 131049, 131050, 130472, 131042, 131053])(
    'goes to the recipient of code %d',
    async (code) => {
      const { status, body } = await simulator.sendTemplate('hello_world', undefined, {
        to: `+919999${code}`,
      });
      expect(status).toBe(200);
      const failed = await finalStatus(body.messages[0].id as string, 'failed');
      expect(failed.errors[0].code).toBe(code);
      expect(receiver.statuses(body.messages[0].id as string)).toHaveLength(1);
    },
  );

  it('goes to a number that cannot exist', async () => {
    const { body } = await simulator.sendTemplate('hello_world', undefined, { to: '+56789' });
    expect((await finalStatus(body.messages[0].id as string, 'failed')).errors[0].code).toBe(131026);
  });
});

describe('pace', () => {
  it.each<[number, number]>([
    [130429, 400],
    [131056, 400],
    [131016, 500],
    [2, 503],
    [4, 400],
    [80007, 400],
    [130497, 403],
    [131005, 403],
    [131045, 500],
    [131057, 500],
    [133004, 503],
  ])('refuses the recipient of code %d at once', async (code, status) => {
    const answer = await simulator.sendTemplate('hello_world', undefined, {
      to: `+919999${String(code).padStart(6, '0')}`,
    });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('holds a number to its throughput, not the other one', async () => {
    await simulator.control('POST', '/behaviour', { throughputPerSecond: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => simulator.sendTemplate()));
    const codes = answers.map(({ body }) => body.error?.code ?? 200).sort((a: number, b: number) => a - b);
    expect(codes.slice(0, 3)).toEqual([200, 200, 200]);
    expect(codes.slice(4)).toEqual([130429, 130429, 130429, 130429]);
    expect((await simulator.send({ text: { body: 'x' } }, '1060000000000002')).status).toBe(200);
  });

  it('holds a pair to 45 at once when it is on', async () => {
    await simulator.control('POST', '/behaviour', { pairRate: 'on' });
    const answers = await Promise.all(Array.from({ length: 47 }, () => simulator.sendTemplate()));
    expect(answers.filter(({ body }) => body.error?.code === 131056)).toHaveLength(2);
    expect((await simulator.sendTemplate('hello_world', undefined, { to: '918899330099' })).status).toBe(200);
  });
});

describe('marking as read', () => {
  const markRead = (id: unknown, more = {}) =>
    simulator.graph('POST', `/${PHONE}/messages`, {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: id,
      ...more,
    });

  it('takes an inbound message, with a typing indicator too', async () => {
    const { body } = await simulator.openWindow();
    expect(await markRead(body.wamid)).toMatchObject({ status: 200, body: { success: true } });
    expect(await markRead(body.wamid, { typing_indicator: { type: 'text' } })).toMatchObject({ status: 200 });
  });

  it('refuses an outgoing one and nonsense in the captured words', async () => {
    const outgoing = 'wamid.HBgLMTM0Mzc3NzI5MTAVAgARGBJDRDhCNTAwRkU0MTdCNkI3OUMA';
    const details = (answer: Json) => [
      answer.status,
      answer.body.error.code,
      answer.body.error.error_data.details,
    ];
    expect(details(await markRead(outgoing))).toEqual([
      400,
      100,
      `Message supplied to mark message as read API with message ID: ${outgoing} is outgoing. Please use an incoming message ID.`,
    ]);
    expect(details(await markRead('12345'))).toEqual([
      400,
      100,
      'Please check the message ID you have provided.',
    ]);
  });
});
