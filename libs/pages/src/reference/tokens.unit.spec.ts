import { expect, it } from '@jest/globals';
import { tokensOf } from './tokens.js';

it.each([
  '{\n  "a": "b\\"c",\n  "n": -1.5, "t": [true, null]\n}',
  `curl http://127.0.0.1:3000/api/v1/me \\\n  -d '{ "a": "it'\\''s" }'`,
  "const a = await wbiz.request('GET', '/v1/me'); // \"",
  'json={"a": None},\n    timeout=60,',
])('is the source, piece by piece: %j', (source) => {
  expect(
    tokensOf(source)
      .map(({ text }) => text)
      .join(''),
  ).toBe(source);
});

it("tells a field's name from a text, and a number from a part of an address", () => {
  const kinds = (source: string) =>
    tokensOf(source)
      .filter(({ kind }) => kind !== 'text')
      .map(({ kind, text }) => `${kind} ${text}`);
  expect(kinds('"to": "x"')).toEqual(['name "to"', 'string "x"']);
  expect(kinds('curl http://127.0.0.1:3000/v1')).toEqual(['word curl']);
  expect(kinds('"limit": 50')).toEqual(['name "limit"', 'number 50']);
});
