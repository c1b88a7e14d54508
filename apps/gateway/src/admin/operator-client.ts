import type { Request } from './operator-verbs.js';

type Installation = { readonly url: string; readonly secret: string };

/** Sends requests one after another; adds up the numbers of several answers. */
export async function askAll(where: Installation, requests: Request | readonly Request[]): Promise<unknown> {
  if (!Array.isArray(requests)) return ask(where, requests as Request);
  const sums: Record<string, number> = {};
  for (const request of requests as readonly Request[])
    for (const [name, figure] of Object.entries((await ask(where, request)) as Record<string, number>))
      sums[name] = (sums[name] ?? 0) + figure;
  return sums;
}

async function ask(
  { url, secret }: Installation,
  { method, path, body, list, until }: Request,
): Promise<unknown> {
  if (list) return everyPage((query) => call(`${url}/admin/v1${path}?${query}`, secret, method, body));
  for (let before: unknown; ;) {
    const answer = await call(`${url}/admin/v1${path}`, secret, method, body);
    if (!until) return answer;
    const { answer: all, done } = until(answer, before);
    if (done) return all;
    before = all;
  }
}

async function everyPage(page: (query: URLSearchParams) => Promise<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { data, nextCursor } = (await page(new URLSearchParams({ limit: '200', cursor }))) as {
      data: unknown[];
      nextCursor: string | null;
    };
    all.push(...data);
    cursor = nextCursor;
  }
  return all;
}

async function call(url: string, token: string, method: string, body: object | undefined): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(url, {
    method,
    headers,
    redirect: 'error',
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: Error & { cause?: Error }) => {
    throw new Error(`${new URL(url).origin} cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const content = await answer.text();
  if (answer.ok) return content ? (JSON.parse(content) as unknown) : undefined;
  throw new Error(`${answer.status} ${problemText(content)}`);
}

/** The sentences of a problem body; for any other body its first 200 characters. */
function problemText(content: string): string {
  try {
    const {
      code,
      detail,
      errors = [],
    } = JSON.parse(content) as { code: string; detail: string; errors?: { detail: string }[] };
    const more = errors.length > 1 ? errors.map((one) => `\n  ${one.detail}`).join('') : '';
    return `${code}: ${detail}${more}`;
  } catch {
    return content.slice(0, 200);
  }
}
