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
/** A token is handed out until this share of its lifetime has passed, so that the caller has time left to use it. */
const USED = 0.8;
/** Lifetime of a token without `expires_in` (RFC 6749, 5.1), in seconds. */
const LIFE_S = 300;

/**
 * OAuth tokens for Kafka's brokers, by client credentials (RFC 6749, 4.4). Callers share one token until a fifth of its
 * lifetime is left. Throws {@link TokenUnavailable}.
 */
export function kafkaOauthTokens(server: TokenServer): () => Promise<string> {
  let held: { readonly token: Promise<string>; until: number } | undefined;
  return () => {
    if (held && held.until > Date.now()) return held.token;
    const asked = ask(server);
    const next = { token: asked.then(({ token }) => token), until: Infinity };
    held = next;
    asked.then(
      ({ lifeS }) => (next.until = Date.now() + lifeS * USED * 1_000),
      () => (next.until = 0), // the next call requests another token
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
