import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { PHONE, simulatorForTests, WABA, type Json, type TestSimulator } from '../simulator.harness.js';

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await simulatorForTests();
});
afterAll(() => simulator.close());

const call = async (method: string, path: string, body?: object, id = PHONE): Promise<Json> =>
  (await simulator.graph(method, `/${id}${path}`, body)).body;
const fieldOf = async (name: string) => (await call('GET', `?fields=${encodeURIComponent(name)}`))[name];

describe('commerce settings', () => {
  const path = '/whatsapp_commerce_settings';

  it('show the cart and no catalogue, until they are changed', async () => {
    expect(await call('GET', path)).toEqual({
      data: [{ is_cart_enabled: true, is_catalog_visible: false, id: PHONE }],
    });
    expect(await call('POST', `${path}?is_catalog_visible=true`)).toEqual({ success: true });
    expect(await call('POST', path, { is_cart_enabled: false })).toEqual({ success: true });
    const changed = { data: [{ is_cart_enabled: false, is_catalog_visible: true, id: PHONE }] };
    expect(await call('GET', path)).toEqual(changed);
    expect(await fieldOf('whatsapp_commerce_settings')).toEqual(changed);
  });

  it('are on or off', async () => {
    expect((await call('POST', path, { is_cart_enabled: 'perhaps' })).error.message).toBe(
      '(#100) Param is_cart_enabled must be a boolean.',
    );
  });
});

describe('conversational automation', () => {
  const path = '/conversational_automation';
  const commands = [{ command_name: 'tickets', command_description: 'Book flight tickets' }];
  const prompts = ['Book a flight', 'Plan a vacation'];

  it('is set part by part, and shown at its path and in the fields of the number', async () => {
    expect(await call('GET', path)).toEqual({ id: PHONE });
    expect(await call('GET', '?fields=conversational_automation')).toEqual({ id: PHONE });
    expect(await call('POST', path, { enable_welcome_message: true, prompts })).toEqual({ success: true });
    expect(await call('POST', `${path}?commands=${encodeURIComponent(JSON.stringify(commands))}`)).toEqual({
      success: true,
    });
    const all = { enable_welcome_message: true, prompts, commands, id: PHONE };
    expect(await call('GET', path)).toEqual(all);
    expect(await fieldOf('conversational_automation')).toEqual(all);
    await call('POST', path, { prompts: [], enable_welcome_message: false });
    expect(await call('GET', path)).toEqual({ ...all, prompts: [], enable_welcome_message: false });
  });

  it('may come as JSON text in a JSON body', async () => {
    const other = [{ command_name: 'hotel', command_description: 'Book a hotel' }];
    expect(await call('POST', path, { commands: JSON.stringify(other), prompts: '["One","Two"]' })).toEqual({
      success: true,
    });
    expect(await call('GET', path)).toMatchObject({ commands: other, prompts: ['One', 'Two'] });
    expect((await call('POST', path, { commands: '[nonsense' })).error.message).toMatch(/must be an array/);
  });

  const command = (name: string, description: string) => ({
    commands: [{ command_name: name, command_description: description }],
  });
  it.each<[string, object, RegExp]>([
    ['31 commands', { commands: Array(31).fill(commands[0]) }, /commands must have at most 30/],
    ['a name of 33 characters', command('x'.repeat(33), 'x'), /'command_name'\] must be at most 32/],
    ['a description of 257', command('x', 'x'.repeat(257)), /'command_description'\] must be at most 256/],
    [
      'a command without a description',
      { commands: [{ command_name: 'x' }] },
      /'command_description'\] is req/,
    ],
    ['five prompts', { prompts: Array(5).fill('x') }, /prompts must have at most 4/],
    ['a prompt of 81 characters', { prompts: ['x'.repeat(81)] }, /prompts\[0\] must be at most 80/],
    ['a welcome that is no boolean', { enable_welcome_message: 1 }, /must be a boolean/],
  ])('does not take %s', async (_name, body, text) => {
    const { error } = await call('POST', path, body);
    expect([error.code, error.message]).toEqual([100, expect.stringMatching(text)]);
  });
});

describe('the public key of a business', () => {
  const path = '/whatsapp_business_encryption';
  const keyOf = (modulusLength: number) =>
    generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).publicKey;

  it('is set once it is one, and shown', async () => {
    expect(await call('GET', path)).toEqual({ data: [] });
    for (const [key, text] of [
      [undefined, /business_public_key is required/],
      ['-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----', /valid 2048-bit RSA public key/],
      [keyOf(1024), /valid 2048-bit RSA public key/],
    ] as const)
      expect((await call('POST', path, { business_public_key: key })).error.message).toMatch(text);
    const key = keyOf(2048);
    const { body } = await simulator.call(
      'POST',
      `/v25.0/${PHONE}${path}`,
      new URLSearchParams({ business_public_key: key }).toString(),
      {
        authorization: 'Bearer simulator-token',
        'content-type': 'application/x-www-form-urlencoded',
      },
    );
    expect(body).toEqual({ success: true });
    expect(await call('GET', path)).toEqual({
      data: [{ business_public_key: key, business_public_key_signature_status: 'VALID' }],
    });
  });
});

describe('a new number', () => {
  let id: string;
  beforeAll(async () => {
    const number = { cc: '91', phone_number: '98765 43210', verified_name: 'Lucky Shrub' };
    ({ id } = await call('POST', '/phone_numbers', number, WABA));
  });
  const of = (method: string, path: string, body?: object) => call(method, path, body, id);
  const ask = { code_method: 'SMS', language: 'en_US' };

  it('is verified by the code that it asked for, then registered, and then it sends', async () => {
    const register = () => of('POST', '/register', { messaging_product: 'whatsapp', pin: '123456' });
    const send = () =>
      of('POST', '/messages', {
        messaging_product: 'whatsapp',
        to: '918899332211',
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US' } },
      });
    const fault = { code: 136025, error_subcode: 2388093 };
    expect((await of('POST', '/verify_code', { code: '123456' })).error).toMatchObject(fault);
    expect((await register()).error.code).toBe(133006);
    expect(await of('POST', '/request_code', ask)).toEqual({ success: true });
    expect((await of('POST', '/verify_code', { code: '654321' })).error).toMatchObject(fault);
    expect(await of('GET', '?fields=code_verification_status')).toMatchObject({
      code_verification_status: 'NOT_VERIFIED',
    });
    expect((await send()).error.code).toBe(133010);
    expect(await of('POST', '/verify_code', { code: '123-456' })).toEqual({ success: true });
    expect(await register()).toEqual({ success: true });
    expect((await send()).messages).toHaveLength(1);
    expect(await of('GET', '?fields=code_verification_status,status')).toMatchObject({
      code_verification_status: 'VERIFIED',
      status: 'CONNECTED',
    });
  });

  it('is verified once', async () => {
    expect((await of('POST', '/request_code', ask)).error).toMatchObject({
      code: 136024,
      error_subcode: 2388091,
      is_transient: false,
      error_user_title: expect.any(String),
      error_user_msg: expect.any(String),
    });
  });

  it.each<[string, string, object, RegExp]>([
    ['request_code', 'a method', { language: 'en_US' }, /code_method is required/],
    ['request_code', 'a method of two', { ...ask, code_method: 'PIGEON' }, /\{SMS, VOICE\} - got "PIGEON"/],
    ['request_code', 'a language', { code_method: 'VOICE' }, /language is required/],
    ['verify_code', 'a code', {}, /code is required/],
  ])('has to give %s %s', async (edge, _what, body, text) => {
    const { error } = await of('POST', `/${edge}`, body);
    expect([error.code, error.message]).toEqual([100, expect.stringMatching(text)]);
  });

  const add = (number: object) => call('POST', '/phone_numbers', { verified_name: 'Again', ...number }, WABA);

  it('cannot be one that is there already, nor none', async () => {
    expect((await add({ cc: '91', phone_number: '8000000001' })).error.message).toMatch(/belongs to another/);
    expect((await add({ cc: '91', phone_number: '12' })).error.message).toMatch(/not a valid phone number/);
    expect((await add({ phone_number: '5550001111' })).error.message).toMatch(/cc is required/);
  });

  it('may name its country in either way', async () => {
    const { id: added } = await add({ country_code: '1', phone_number: '5550001111' });
    expect(await call('GET', '?fields=display_phone_number', undefined, added)).toMatchObject({
      display_phone_number: '+1 5550001111',
    });
  });
});
