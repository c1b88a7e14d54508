import { setTimeout as delay } from 'node:timers/promises';

/** One call; resolves with the answer's JSON. Retries for `patienceMs`, then throws on any answer but a 2xx. */
export async function ask<Answer>(
  method: string,
  url: string,
  { body, bearer, patienceMs = 0 }: { body?: object; bearer?: string; patienceMs?: number } = {},
): Promise<Answer> {
  for (const giveUp = Date.now() + patienceMs; ; await delay(100)) {
    const answer = await fetch(url, {
      method,
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answer.ok) return (await answer.json()) as Answer;
    if (Date.now() > giveUp)
      throw new Error(`${method} ${url} was answered with ${answer.status}: ${await answer.text()}`);
  }
}

/** Calls below one address, with one key. */
export type Api = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

export const apiOf =
  (baseUrl: string, bearer?: string): Api =>
  (method, path, body) =>
    ask(method, `${baseUrl}${path}`, { ...(body && { body }), ...(bearer && { bearer }) });
