import { setTimeout as delay } from 'node:timers/promises';

/** Makes a call; resolves with the JSON of a 2xx answer. Retries other answers for `patienceMs`, then throws. */
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

/** Makes a call to a path below a fixed base URL, with a fixed API key. */
export type Api = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

export const apiOf =
  (baseUrl: string, bearer?: string): Api =>
  (method, path, body) =>
    ask(method, `${baseUrl}${path}`, { ...(body && { body }), ...(bearer && { bearer }) });
