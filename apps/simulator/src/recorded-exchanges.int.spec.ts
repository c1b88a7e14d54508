import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { MediaKind } from './media/media.rules.js';
import { SAMPLE_FILES } from './media/sample-files.js';
import { PHONE, simulatorForTests, WABA, type Json, type TestSimulator } from './simulator.harness.js';

type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

type Exchange = {
  readonly name: string;
  /** The API version in the path; empty if the path had none. */
  readonly version: string;
  readonly method: string;
  /** The path, with placeholders for ids: `{phone}`. */
  readonly path: string;
  readonly body?: object;
  readonly upload?: MediaKind;
  readonly status: number;
  readonly contentType: string;
  readonly error?: { readonly code: number; readonly subcode: number | null; readonly type: string };
  readonly shape: Shape;
};

/**
 * Meta's answers from October 2024 to February 2026, recorded by the tests of ignacio-chiazzo/ruby_whatsapp_sdk (MIT).
 * Our values replace those of the recorded requests; answers are reduced to status, codes and keys. A key ends in `?` if
 * only some elements of a list have the key.
 */
const EXCHANGES = JSON.parse(
  readFileSync(new URL('recorded-exchanges.json', import.meta.url), 'utf8'),
) as readonly Exchange[];

const TOKEN = 'simulator-token';
let simulator: TestSimulator;
let ids: Readonly<Record<string, string>>;

const template = async (name: string, language: string, more: object = {}) => {
  const { body } = await simulator.graph('POST', `/${WABA}/message_templates`, {
    name,
    language,
    category: 'MARKETING',
    components: [
      { type: 'BODY', text: 'Sent, expect it in {{1}} days.', example: { body_text: [['2']] } },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'PHONE_NUMBER', text: 'Call', phone_number: '15550001234' },
          { type: 'URL', text: 'Open', url: 'https://x.in' },
        ],
      },
    ],
    ...more,
  });
  return body.id as string;
};
const approved = async (name: string, language: string) => {
  const id = await template(name, language);
  await simulator.control('POST', `/templates/${id}/review`, { decision: 'APPROVED' });
  return id;
};
/** Adds an account and deletes all of its templates but these. */
const accountWith = async (...left: string[]) => {
  const { id } = (await simulator.control('POST', '/wabas', { token: TOKEN })).body;
  const { data } = (await simulator.graph('GET', `/${id}/message_templates`)).body;
  for (const { name } of data as { name: string }[])
    if (!left.includes(name)) await simulator.graph('DELETE', `/${id}/message_templates?name=${name}`);
  return id as string;
};

beforeAll(async () => {
  simulator = await simulatorForTests();
  await approved('sample_shipping_confirmation', 'en_US');
  const { wamid } = (await simulator.openWindow('15550001234')).body;
  ids = {
    waba: WABA,
    phone: PHONE,
    image: await simulator.uploaded('image'),
    spare: await simulator.uploaded('image'),
    video: await simulator.uploaded('video'),
    audio: await simulator.uploaded('audio'),
    document: await simulator.uploaded('document'),
    sticker: await simulator.uploaded('sticker'),
    incoming: wamid as string,
    outgoing: (await simulator.sendText('hi', { to: '15550001234' })).body.messages[0].id as string,
    template: await template('seasonal_promotion', 'fr'),
    editable: await approved('shop_is_open', 'nl'),
    disposable: await approved('seasonal_promotion', 'de'),
    listed: await accountWith('hello_world', 'diwali_offer'),
    empty: await accountWith(),
  };
});
afterAll(() => simulator.close());

const filled = (text: string) => text.replace(/\{([a-z]+)\}/g, (whole, name: string) => ids[name] ?? whole);

const ask = async ({ version, method, path, body, upload }: Exchange) => {
  const form = new FormData();
  if (upload !== undefined) {
    const { bytes, mimeType } = SAMPLE_FILES[upload];
    form.set('messaging_product', 'whatsapp');
    form.set('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), 'file');
  }
  const json = body === undefined ? undefined : filled(JSON.stringify(body));
  const sent = upload === undefined ? json : form;
  const response = await fetch(`${simulator.url}${version === '' ? '' : `/${version}`}${filled(path)}`, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  return { response, answer: (await response.json()) as Json };
};

/** The places where the answer's keys or types differ from the recorded ones. */
function differences(shape: Shape, value: unknown, at: string): readonly string[] {
  if (typeof shape === 'string')
    return shape.split('|').includes(typeof value) ? [] : [`${at} is ${typeof value}, not ${shape}`];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    const [element] = shape as readonly Shape[];
    if (element === undefined) return value.length === 0 ? [] : [`${at} is not empty`];
    if (value.length === 0) return [`${at} is empty`];
    return value.flatMap((item, index) => differences(element, item, `${at}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${at} is no object`];
  const known = new Map(Object.entries(shape).map(([key, inner]) => [key.replace(/\?$/, ''), inner]));
  const missing = Object.keys(shape).filter((key) => !key.endsWith('?') && !(key in value));
  return [
    ...missing.map((key) => `${at}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const wanted = known.get(key);
      return wanted === undefined
        ? [`${at}.${key} was not recorded`]
        : differences(wanted, inner, `${at}.${key}`);
    }),
  ];
}

describe('what Meta answered', () => {
  it.each(EXCHANGES.map((exchange) => [exchange.name, exchange] as const))('%s', async (_name, exchange) => {
    const { response, answer } = await ask(exchange);
    expect([response.status, differences(exchange.shape, answer, 'answer')]).toEqual([exchange.status, []]);
    expect(response.headers.get('content-type')).toBe(exchange.contentType);
    expect(response.headers.get('facebook-api-version')).toMatch(/^v\d+\.0$/);
    expect(response.headers.has('www-authenticate')).toBe(exchange.error !== undefined);
    const { error } = answer;
    const told = error && { code: error.code, subcode: error.error_subcode ?? null, type: error.type };
    expect(told).toEqual(exchange.error);
  });

  it('is compared for what is more and what is less', () => {
    const shape = { a: 'string', 'b?': [{ c: 'number' }] };
    expect(differences(shape, { a: 'x' }, 'it')).toEqual([]);
    expect(differences(shape, { a: 1, b: [{ d: 1 }], e: 1 }, 'it')).toEqual([
      'it.a is number, not string',
      'it.b[0].c is missing',
      'it.b[0].d was not recorded',
      'it.e was not recorded',
    ]);
  });
});
