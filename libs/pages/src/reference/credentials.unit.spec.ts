import { expect, it } from '@jest/globals';
import { judge } from './credentials.js';

const KEY = 'wa_0123ABCD_0123456789abcdefghij0123456789ab';

it.each([KEY, ` ${KEY}\n`, `Bearer ${KEY}`, `bearer  ${KEY}`])('an API key is taken: %j', (pasted) => {
  expect(judge('apiKey', pasted)).toEqual({ value: KEY, fault: undefined });
});

it.each(['secret-token', 'wa', 'whsec_abc'])('what is no API key is refused as one: %j', (pasted) => {
  expect(judge('apiKey', pasted)).toEqual({ value: '', fault: expect.stringContaining('no API key') });
});

it.each(['wa_', 'wa_0123ABCD', KEY.slice(0, 40), `${KEY}-`])('half a key is not whole: %j', (pasted) => {
  expect(judge('apiKey', pasted)).toEqual({ value: '', fault: expect.stringContaining('not whole') });
});

it.each([KEY, `Bearer ${KEY}`, KEY.slice(0, 20), KEY.toUpperCase()])(
  "an API key is refused as the operators' token: %j",
  (pasted) => {
    expect(judge('operatorsToken', pasted)).toEqual({
      value: '',
      fault: expect.stringContaining('This is an API key'),
    });
  },
);

it.each(['secret-token', 'wa_lk', 'wa_0123-BCD_x', ' Bearer 0123 '])(
  "any other text is taken as the operators' token: %j",
  (pasted) => {
    const { value, fault } = judge('operatorsToken', pasted);
    expect([value, fault]).toEqual([pasted.trim().replace('Bearer ', ''), undefined]);
  },
);

it('nothing is no fault', () => {
  expect(judge('apiKey', ' ')).toEqual({ value: '', fault: undefined });
  expect(judge('operatorsToken', '')).toEqual({ value: '', fault: undefined });
});
