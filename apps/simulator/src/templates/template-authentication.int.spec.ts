import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatorForTests, texts, type Json, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await simulatorForTests();
});
afterAll(() => simulator.close());

const create = (components: unknown, more: object = {}) =>
  simulator.createTemplate(components, { category: 'AUTHENTICATION', ...more });

const BODY = { type: 'BODY', add_security_recommendation: true };
const FOOTER = { type: 'FOOTER', code_expiration_minutes: 10 };
const otp = (more: object = {}) => ({
  type: 'BUTTONS',
  buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', ...more }],
});
const APP = { package_name: 'com.example.luckyshrub', signature_hash: 'K8a/AINcGX7' };
const oneTap = (more: object = {}) => otp({ otp_type: 'one_tap', supported_apps: [APP], ...more });

describe('an authentication template', () => {
  it('reads back as Meta writes it', async () => {
    const { body } = await create([BODY, FOOTER, otp()]);
    expect(body).toMatchObject({ status: 'PENDING', category: 'AUTHENTICATION' });
    const url = 'https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=10&code=otp';
    expect((await simulator.graph('GET', `/${body.id}`)).body).toEqual({
      id: body.id,
      name: expect.any(String),
      message_send_ttl_seconds: 600,
      parameter_format: 'POSITIONAL',
      components: [
        {
          type: 'BODY',
          text: '*{{1}}* is your verification code. For your security, do not share this code.',
          add_security_recommendation: true,
          example: { body_text: [['123456']] },
        },
        { type: 'FOOTER', text: 'This code expires in 10 minutes.', code_expiration_minutes: 10 },
        {
          type: 'BUTTONS',
          buttons: [{ type: 'URL', text: 'Copy code', url: `${url}{{1}}`, example: [`${url}123456`] }],
        },
      ],
      language: 'en_US',
      status: 'PENDING',
      category: 'AUTHENTICATION',
    });
  });

  it('has neither security text nor minutes unless they are asked for', async () => {
    const { body } = await create([{ type: 'BODY' }, { type: 'FOOTER' }, otp({ text: 'Copy it' })]);
    const { components } = (await simulator.graph('GET', `/${body.id}?fields=components`)).body;
    expect(components.map(({ type }: Json) => type)).toEqual(['BODY', 'BUTTONS']);
    expect(components[0].text).toBe('*{{1}}* is your verification code.');
    expect(components[1].buttons[0]).toMatchObject({ text: 'Copy it', type: 'URL' });
  });

  it.each<[string, object]>([
    ['one tap', oneTap()],
    ['one tap, with Meta’s flat example', otp({ otp_type: 'ONE_TAP', autofill_text: 'Autofill', ...APP })],
    ['no tap', oneTap({ otp_type: 'ZERO_TAP', zero_tap_terms_accepted: true })],
    ['five apps', oneTap({ supported_apps: Array(5).fill(APP) })],
  ])('may be filled with %s', async (_name, buttons) => {
    expect((await create([BODY, buttons])).body.error).toBeUndefined();
  });

  it.each<[string, unknown[], number | undefined, RegExp, object?]>([
    [
      'a text',
      [{ ...BODY, text: 'Your code is {{1}}.' }, otp()],
      2388042,
      /BODY has unexpected field\(s\) \(text\)/,
    ],
    ['a footer of its own', [BODY, { type: 'FOOTER', text: 'Bye' }, otp()], 2388042, /FOOTER has unexpected/],
    ['a header', [{ type: 'HEADER', format: 'TEXT', text: 'Code' }, BODY, otp()], 2388042, /\(header\)/],
    [
      '0 minutes',
      [BODY, { type: 'FOOTER', code_expiration_minutes: 0 }, otp()],
      undefined,
      /between 1 and 90/,
    ],
    [
      '91 minutes',
      [BODY, { type: 'FOOTER', code_expiration_minutes: 91 }, otp()],
      undefined,
      /between 1 and 90/,
    ],
    [
      'minutes as a text',
      [BODY, { type: 'FOOTER', code_expiration_minutes: '5' }, otp()],
      undefined,
      /an integer/,
    ],
    ['no button', [BODY], 2388043, /\(buttons\)/],
    ['an empty list of buttons', [BODY, { type: 'BUTTONS', buttons: [] }], 2388043, /\(buttons\)/],
    [
      'two buttons',
      [BODY, { type: 'BUTTONS', buttons: [...otp().buttons, ...otp().buttons] }],
      2388060,
      /exactly one/,
    ],
    [
      'another button',
      [BODY, { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'a' }] }],
      undefined,
      /must be one of \{OTP\} - got "QUICK_REPLY"/,
    ],
    ['no kind of button', [BODY, { type: 'BUTTONS', buttons: [{ type: 'OTP' }] }], 2388043, /\(otp_type\)/],
    [
      'an unknown kind of button',
      [BODY, otp({ otp_type: 'MAGIC' })],
      undefined,
      /COPY_CODE, ONE_TAP, ZERO_TAP/,
    ],
    ['a label of 26 characters', [BODY, otp({ text: 'x'.repeat(26) })], 2388040, /at most 25/],
    ['an emoji on the button', [BODY, otp({ text: 'Copy 👍' })], 2388060, /emojis/],
    ['one tap without an app', [BODY, otp({ otp_type: 'ONE_TAP' })], 2388043, /\(supported_apps\)/],
    ['six apps', [BODY, oneTap({ supported_apps: Array(6).fill(APP) })], undefined, /1 to 5 elements/],
    [
      'an app without a signature',
      [BODY, oneTap({ supported_apps: [{ package_name: 'com.x' }] })],
      2388043,
      /\(signature_hash\)/,
    ],
    [
      'a package of one word',
      [BODY, oneTap({ supported_apps: [{ ...APP, package_name: 'luckyshrub' }] })],
      undefined,
      /package name/,
    ],
    [
      'a short signature',
      [BODY, oneTap({ supported_apps: [{ ...APP, signature_hash: 'abc' }] })],
      undefined,
      /exactly 11/,
    ],
    [
      'no tap without the terms',
      [BODY, oneTap({ otp_type: 'ZERO_TAP' })],
      2388060,
      /zero_tap_terms_accepted/,
    ],
    [
      'more than 15 minutes to try',
      [BODY, otp()],
      undefined,
      /between 30 and 900/,
      { message_send_ttl_seconds: 901 },
    ],
  ])('does not have %s', async (_name, ...[components, subcode, text, more]) => {
    const { status, body } = await create(components, more);
    expect([status, body.error?.code, body.error?.error_subcode]).toEqual([400, 100, subcode]);
    expect(body.error.error_user_msg ?? body.error.message).toMatch(text);
  });

  it('becomes one of another category only with other components', async () => {
    const { body } = await create([BODY, otp()]);
    await simulator.control('POST', `/templates/${body.id}/review`, { decision: 'REJECTED' });
    const edit = (changes: object) =>
      simulator.graph('POST', `/${body.id}`, { category: 'UTILITY', ...changes });
    expect((await edit({})).body.error.message).toBe('(#100) The parameter components is required.');
    expect((await edit({ components: [{ type: 'BODY', text: 'Hello there.' }] })).status).toBe(200);
  });
});

describe('a code', () => {
  const press = (subType: string, parameter: object) => ({
    type: 'button',
    sub_type: subType,
    index: '0',
    parameters: [parameter],
  });
  const button = (code: string) => press('url', { type: 'text', text: code });
  const coupon = press('copy_code', { type: 'coupon_code', coupon_code: '123456' });

  beforeAll(async () => {
    const { body } = await create([BODY, FOOTER, otp()], { name: 'login_code' });
    await simulator.control('POST', `/templates/${body.id}/review`, { decision: 'APPROVED' });
  });

  it('is sent in body and button', async () => {
    const { status, body } = await simulator.sendTemplate('login_code', [texts('123456'), button('123456')]);
    expect([status, body.error]).toEqual([200, undefined]);
  });

  it.each<[string, object[], number, RegExp]>([
    ['in the button only', [button('123456')], 132000, /^body: number of localizable_params \(0\)/],
    [
      'in the body only',
      [texts('123456')],
      131008,
      /^buttons: Button at index 0 of type Url requires a parameter$/,
    ],
    ['twice in the body', [texts('1', '2'), button('1')], 132000, /\(2\)/],
    [
      'as a coupon',
      [texts('123456'), coupon],
      131009,
      /^Components sub_type invalid at index: 0 and type: 0$/,
    ],
    [
      'of 16 characters',
      [texts('1'.repeat(16)), button('1'.repeat(16))],
      132018,
      /exceeds the maximum length in the AUTHENTICATION category \(15 characters\)/,
    ],
  ])('is refused %s', async (_name, components, code, details) => {
    const { status, body } = await simulator.sendTemplate('login_code', components);
    expect([status, body.error.code]).toEqual([400, code]);
    expect(body.error.error_data.details).toMatch(details);
  });
});
