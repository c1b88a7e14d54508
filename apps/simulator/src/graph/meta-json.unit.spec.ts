import { describe, expect, it } from '@jest/globals';
import { metaJson } from './meta-json.js';

describe('metaJson', () => {
  it.each([
    ['https://x.in/a', '"https:\\/\\/x.in\\/a"'],
    ['é', '"\\u00e9"'],
    ['👍', '"\\ud83d\\udc4d"'],
    ['नमस्ते', '"\\u0928\\u092e\\u0938\\u094d\\u0924\\u0947"'],
    ['a "b" \\ c\n', '"a \\"b\\" \\\\ c\\n"'],
  ])('writes %s as Meta does', (value, json) => {
    expect(metaJson(value)).toBe(json);
    expect(JSON.parse(json)).toBe(value);
  });
});
