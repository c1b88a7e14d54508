/** The token server gave no token. */
export class TokenUnavailable extends Error {
  override readonly name = 'TokenUnavailable';
}

type TokenServer = {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
};

const TIMEOUT_MS = 5_000;
/** The part of a token's life in which it is handed out; the rest is left to its last user. */
const USED = 0.8;
/** If the server does not say (RFC 6749, 5.1). */
const LIFE_S = 300;

/**
 * Access tokens for client credentials (RFC 6749, 4.4). Callers share one token until a fifth of its life is left.
 * Throws {@link TokenUnavailable}.
 */
export function accessTokens(server: TokenServer): () => Promise<string> {
  let held: { readonly token: Promise<string>; until: number } | undefined;
  return () => {
    if (held && held.until > Date.now()) return held.token;
    const asked = ask(server);
    const next = { token: asked.then(({ token }) => token), until: Infinity };
    held = next;
    asked.then(
      ({ lifeS }) => (next.until = Date.now() + lifeS * USED * 1_000),
      () => (next.until = 0), // the next caller asks anew
    );
    return next.token;
  };
}

async function ask({ url, clientId, clientSecret, scope }: TokenServer) {
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
  let answer: Response;
  let body: { access_token?: unknown; expires_in?: unknown } | undefined;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    body = answer.ok ? ((await answer.json()) as typeof body) : undefined;
  } catch (cause) {
    throw new TokenUnavailable(`${url} gave no access token.`, { cause });
  }
  const { access_token: token, expires_in: life } = body ?? {};
  if (typeof token !== 'string') throw new TokenUnavailable(`${url} gave no access token: ${answer.status}.`);
  return { token, lifeS: Number(life) > 0 ? Number(life) : LIFE_S };
}
