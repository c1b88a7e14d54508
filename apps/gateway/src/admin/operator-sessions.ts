import { createHmac, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { askPostgres } from '../access/ask-postgres.js';

const HOURS = 12;
/** The cookie is sent to the operators' API only. */
const COOKIE = { name: 'wbiz_session', path: '/api/admin' };
const SECRET = new RegExp(`(?:^|;\\s*)${COOKIE.name}=([\\w-]{43})(?:;|$)`);

type Headers = { readonly cookie?: string | undefined; readonly [name: string]: unknown };

/**
 * Browser sessions of operators, 12 hours at most. Postgres stores them for all gateways, as the secret's HMAC under
 * the admin token: a new token ends every session.
 */
export class OperatorSessions {
  constructor(
    private readonly pool: Pool,
    private readonly adminToken: string,
  ) {}

  /** Begins a session; only the browser gets the secret. */
  async begin(): Promise<{ secret: string; expiresAt: Date }> {
    const secret = randomBytes(32).toString('base64url');
    const [row] = await askPostgres<{ expiresAt: Date }>(this.pool, {
      name: 'begin-session',
      text: `insert into gateway.operator_sessions (secret_hash, expires_at)
             values ($1, now() + interval '${HOURS} hours') returning expires_at as "expiresAt"`,
      values: [this.hashOf(secret)],
    });
    return { secret, expiresAt: row!.expiresAt };
  }

  /** When the request's session ends; undefined without one. Throws `unavailable`. */
  async endOf(headers: Headers): Promise<Date | undefined> {
    const secret = secretIn(headers);
    if (secret === undefined) return undefined;
    const [row] = await askPostgres<{ expiresAt: Date }>(this.pool, {
      name: 'find-session',
      text: `select expires_at as "expiresAt" from gateway.operator_sessions where secret_hash = $1 and expires_at > now()`,
      values: [this.hashOf(secret)],
    });
    return row?.expiresAt;
  }

  async end(headers: Headers): Promise<void> {
    const secret = secretIn(headers);
    if (secret === undefined) return;
    await askPostgres(this.pool, {
      name: 'end-session',
      text: 'delete from gateway.operator_sessions where secret_hash = $1',
      values: [this.hashOf(secret)],
    });
  }

  private hashOf(secret: string): Buffer {
    return createHmac('sha256', this.adminToken).update(secret).digest();
  }
}

/** Requires a header against CSRF: another site can send neither it (CORS) nor the cookie (SameSite). */
function secretIn(headers: Headers): string | undefined {
  return headers['x-wbiz-console'] === '1' ? SECRET.exec(headers.cookie ?? '')?.[1] : undefined;
}

/** The `Set-Cookie` value, HttpOnly; null deletes the cookie. */
export function sessionCookie(secret: string | null, isHttps: boolean): string {
  const lifetime = secret === null ? 0 : HOURS * 3_600;
  const attributes = [`Path=${COOKIE.path}`, `Max-Age=${lifetime}`, 'HttpOnly', 'SameSite=Strict'];
  return [`${COOKIE.name}=${secret ?? ''}`, ...attributes, ...(isHttps ? ['Secure'] : [])].join('; ');
}
