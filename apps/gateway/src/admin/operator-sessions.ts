import { createHmac, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { askPostgres } from '../access/ask-postgres.js';

const HOURS = 12;
/** Only where the console's calls go. */
const COOKIE = { name: 'wbiz_session', path: '/api/admin' };
const SECRET = new RegExp(`(?:^|;\\s*)${COOKIE.name}=([\\w-]{43})(?:;|$)`);

type Headers = { readonly cookie?: string | undefined; readonly [name: string]: unknown };

/**
 * Sessions of operators in a browser, for 12 hours at most. Postgres keeps them, so each gateway knows them; what it keeps is the
 * secret under the operators' token, so that another token ends them.
 */
export class OperatorSessions {
  constructor(
    private readonly pool: Pool,
    private readonly adminToken: string,
  ) {}

  /** The secret, for the browser alone. */
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

  /** When the session of a request ends; undefined where it has none. Throws `unavailable`. */
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

/** A page of another site can neither send the cookie (SameSite) nor this header (it would have to be allowed to). */
function secretIn(headers: Headers): string | undefined {
  return headers['x-wbiz-console'] === '1' ? SECRET.exec(headers.cookie ?? '')?.[1] : undefined;
}

/** `Set-Cookie`, which scripts of the page cannot read; null takes it away. */
export function sessionCookie(secret: string | null, isHttps: boolean): string {
  const lifetime = secret === null ? 0 : HOURS * 3_600;
  const attributes = [`Path=${COOKIE.path}`, `Max-Age=${lifetime}`, 'HttpOnly', 'SameSite=Strict'];
  return [`${COOKIE.name}=${secret ?? ''}`, ...attributes, ...(isHttps ? ['Secure'] : [])].join('; ');
}
