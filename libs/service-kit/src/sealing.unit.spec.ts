import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Secrets, UnsealFailed } from './sealing.js';

const [key, other] = [randomBytes(32), randomBytes(32)];
const secrets = new Secrets({ key });

it('opens what it sealed, and seals the same text differently each time', () => {
  const [one, two] = [secrets.seal('EAA-tøken', 'acc_1'), secrets.seal('EAA-tøken', 'acc_1')];
  expect(secrets.unseal(one, 'acc_1')).toBe('EAA-tøken');
  expect(one).not.toBe(two);
  expect(one).not.toContain('EAA');
});

it('opens nothing that was changed, moved to another owner or sealed with another key', () => {
  const sealed = secrets.seal('token', 'acc_1');
  const changed = sealed.slice(0, -4) + (sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  expect(() => secrets.unseal(changed, 'acc_1')).toThrow(UnsealFailed);
  expect(() => secrets.unseal(sealed, 'acc_2')).toThrow('another owner');
  expect(() => new Secrets({ key: other }).unseal(sealed, 'acc_1')).toThrow('neither the present key nor');
  for (const text of ['', 'v1.', 'v1.abcdef00.AA', 'plain'])
    expect(() => secrets.unseal(text, 'acc_1')).toThrow(UnsealFailed);
});

it('still opens the texts of keys before, and renews them for whoever holds the present one alone', () => {
  const old = secrets.seal('token', 'acc_1');
  const rotated = new Secrets({ key: other, previous: [randomBytes(32), key] });
  expect(rotated.unseal(old, 'acc_1')).toBe('token');
  expect(new Secrets({ key: other }).unseal(rotated.renewed(old, 'acc_1'), 'acc_1')).toBe('token');
  const present = rotated.seal('token', 'acc_1');
  const unknown = new Secrets({ key: randomBytes(32) }).seal('token', 'acc_1');
  for (const as of [present, unknown, '']) expect(rotated.renewed(as, 'acc_1')).toBe(as);
});
