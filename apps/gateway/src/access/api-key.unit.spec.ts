import { describe, expect, it } from '@jest/globals';
import { apiKeyView, isSecretOf, newApiKey, parseApiKey, type ApiKey } from './api-key.js';

const SECRET = 'A'.repeat(32);

describe('a new key', () => {
  it('opens with its own secret only', () => {
    const [mine, other] = [newApiKey(), newApiKey()];
    const parsed = parseApiKey(`Bearer ${mine.key}`)!;
    expect(parsed.prefix).toBe(mine.prefix);
    expect(isSecretOf(parsed.secret, mine)).toBe(true);
    expect(isSecretOf(parsed.secret, other)).toBe(false);
    expect(isSecretOf(parsed.secret, undefined)).toBe(false);
  });

  it('has a secret of 160 bits, and only its hash is kept', () => {
    const { key, secretHash } = newApiKey();
    expect(key).toMatch(/^wa_[0-9A-HJKMNP-TV-Z]{8}_[0-9A-HJKMNP-TV-Z]{32}$/);
    expect(secretHash).toHaveLength(32);
    expect(new Set(Array.from({ length: 500 }, () => newApiKey().prefix)).size).toBe(500);
  });
});

it.each([
  ['as it is', `Bearer wa_7Q2M9KXT_${SECRET}`, '7Q2M9KXT'],
  ['with the scheme in lower case', `bearer  wa_7q2m9kxt_${SECRET}`, '7Q2M9KXT'],
  ['without a scheme', `wa_7Q2M9KXT_${SECRET}`, undefined],
  ['of another scheme', `Basic wa_7Q2M9KXT_${SECRET}`, undefined],
  ['with a short prefix', `Bearer wa_7Q2M9KX_${SECRET}`, undefined],
  ['with letters that Crockford left out', `Bearer wa_7Q2M9KIL_${SECRET}`, undefined],
  ['with a short secret', `Bearer wa_7Q2M9KXT_${SECRET.slice(1)}`, undefined],
  ['with a long secret', `Bearer wa_7Q2M9KXT_${'A'.repeat(65)}`, undefined],
  ['with more behind it', `Bearer wa_7Q2M9KXT_${SECRET} x`, undefined],
  ['with a quote in it', `Bearer wa_7Q2M9KXT_${SECRET}'--`, undefined],
])('reads a key %s', (_what, header, prefix) => expect(parseApiKey(header)?.prefix).toBe(prefix));

it('shows a key without its hash', () => {
  const key: ApiKey = {
    id: 'key_1',
    accountId: 'acc_1',
    name: 'CRM',
    prefix: '7Q2M9KXT',
    secretHash: Buffer.alloc(32),
    scopes: ['messages:send'],
    expiresAt: null,
    revokedAt: null,
    limit: null,
    createdAt: new Date('2026-11-22T10:00:00Z'),
    ofConsole: false,
  };
  expect(apiKeyView(key)).toEqual({
    id: 'key_1',
    name: 'CRM',
    prefix: 'wa_7Q2M9KXT',
    scopes: ['messages:send'],
    createdAt: '2026-11-22T10:00:00.000Z',
    expiresAt: null,
  });
});
