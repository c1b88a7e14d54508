import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKeyView, KeyLimit } from '@wbiz/contracts/api-key';
import { newId } from '@wbiz/contracts/ids';
import type { Scope } from '@wbiz/contracts/scopes';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FORM = /^Bearer +wa_([0-9A-HJKMNP-TV-Z]{8})_([0-9A-Za-z]{32,64})$/i;
const NO_HASH = Buffer.alloc(32);

/** A row of `gateway.api_keys`. `prefix` is the eight characters between `wa_` and the secret. */
export type ApiKey = {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly prefix: string;
  readonly secretHash: Buffer;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly limit: KeyLimit | null;
  readonly createdAt: Date;
  /** The console made it for itself: it ends soon, and lists leave it out. */
  readonly ofConsole: boolean;
};

/** The columns that make an {@link ApiKey}. */
export const API_KEY_COLUMNS = `id, account_id as "accountId", name, prefix, secret_hash as "secretHash", scopes,
  expires_at as "expiresAt", revoked_at as "revokedAt", created_at as "createdAt", of_console as "ofConsole",
  case when per_minute is null then null else json_build_object('perMinute', per_minute, 'burst', burst) end as "limit"`;

/** A new key: `key` is shown once, only `secretHash` is stored. */
export function newApiKey() {
  const prefix = characters(8);
  const secret = characters(32);
  return { id: newId('key'), prefix, key: `wa_${prefix}_${secret}`, secretHash: secretHashOf(secret) };
}

// 256 is a multiple of 32, so every character is equally likely: 5 bits each.
const characters = (count: number) => Array.from(randomBytes(count), (byte) => CROCKFORD[byte % 32]).join('');
const secretHashOf = (secret: string) => hash('sha256', secret, 'buffer');

/** Parses `Authorization: Bearer wa_<prefix>_<secret>`; undefined for anything else. */
export function parseApiKey(authorization: string): { prefix: string; secret: string } | undefined {
  const [, prefix, secret] = FORM.exec(authorization) ?? [];
  return prefix && secret ? { prefix: prefix.toUpperCase(), secret } : undefined;
}

/** Whether the secret is the key's, in constant time even for an unknown key. */
export function isSecretOf(secret: string, key: Pick<ApiKey, 'secretHash'> | undefined): boolean {
  return timingSafeEqual(secretHashOf(secret), key?.secretHash ?? NO_HASH) && key !== undefined;
}

/** The key as its owner sees it. */
export function apiKeyView({ id, name, prefix, scopes, createdAt, expiresAt }: ApiKey): ApiKeyView {
  return {
    id,
    name,
    prefix: `wa_${prefix}`,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
