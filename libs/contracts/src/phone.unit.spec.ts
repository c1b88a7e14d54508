import { describe, expect, it } from '@jest/globals';
import { personKey, toE164 } from './phone.js';

describe('a phone number', () => {
  it.each([
    ['+918899332211', '+918899332211'],
    ['918899332211', '+918899332211'],
    ['0091 88993-32211', '+918899332211'],
    ['\u202a+91 88993 32211\u202c', '+918899332211'],
    ['+91 (88993) 32.211', '+918899332211'],
    // Mexico, as it is dialled now, was dialled until 2019, and as Meta's wa_id has it.
    ['+52 55 1234 5678', '+525512345678'],
    ['+52 1 55 1234 5678', '+525512345678'],
    ['5215512345678', '+525512345678'],
  ])('typed as %s is %s', (typed, e164) => expect(toE164(typed)).toBe(e164));
  it.each(['', '12', 'abc', '+91', '+52 1 55 1234', '1'.repeat(41)])('is not %j', (typed) =>
    expect(toE164(typed)).toBeUndefined(),
  );
});

describe('the key of a person', () => {
  it.each([
    ['+5511987654321', '+551187654321'],
    ['+551187654321', '+551187654321'],
    ['+5491123456789', '+541123456789'],
    ['+541123456789', '+541123456789'],
    ['+918899332211', '+918899332211'],
    ['IN.1234567890', 'IN.1234567890'],
  ])('of %s is %s', (person, key) => expect(personKey(person)).toBe(key));
});
