import type {
  Answer,
  Args,
  AsyncAnswer,
  CallOptions,
  EventType,
  Input,
  ItemOf,
  ListPath,
  Method,
  OperationOf,
  PathOf,
  WbizEvent,
} from './operations.js';
import { errorOf, WbizError } from './wbiz-error.js';

export type WbizOptions = {
  /** URL of the installation's API: `https://wbiz.example.com/api`; a URL without a path gets `/api`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How often a request is retried at most, by default 4 times; `events` retries without limit. */
  readonly maxRetries?: number;
  /** Time limit of one attempt in ms, default 60,000. */
  readonly timeoutMs?: number;
};

export type EventOptions<T extends EventType> = {
  /** Where to begin: after the event with this `cursor`, at a page's `nextCursor`, or `now`. Default: the oldest event. */
  readonly since?: string | undefined;
  readonly types?: readonly T[] | undefined;
  readonly signal?: AbortSignal | undefined;
};

type Call = CallOptions & {
  readonly query?: object | undefined;
  readonly path?: object | undefined;
  readonly body?: unknown;
  readonly respondAsync?: true;
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
};
type Page = { readonly data: readonly unknown[]; readonly nextCursor: string | null };

const LONGEST_PAGE = 200;
/** How long the server may hold a feed request, in seconds: less than most proxies' time limit. */
const FEED_WAIT = 25;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** An answer with a longer Retry-After is not retried. */
const LONGEST_RETRY_AFTER_MS = 60_000;
const PASSING = new Set([0, 429, 502, 503, 504]);

/** Calls a WBIZ installation with one API key. */
export class Wbiz {
  readonly #baseUrl: string;
  readonly #apiKey: string;
  readonly #maxRetries: number;
  readonly #timeoutMs: number;

  constructor({ baseUrl, apiKey, maxRetries = 4, timeoutMs = 60_000 }: WbizOptions) {
    const { href, pathname } = new URL(baseUrl);
    this.#baseUrl = `${href.replace(/\/+$/, '')}${pathname === '/' ? '/api' : ''}`;
    this.#apiKey = apiKey;
    this.#maxRetries = maxRetries;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Calls a route of the API reference; resolves to the answer's body. With `respondAsync` a send resolves once WBIZ has
   * accepted it, without a `wamid`. Retries network failures, 429, 502, 503 and 504; all attempts of a POST have the same
   * Idempotency-Key, so that it takes effect once. Throws a `WbizError`, or the abort reason of `signal`.
   */
  request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    given: Input<OperationOf<M, P>> & { respondAsync: true },
  ): Promise<AsyncAnswer<OperationOf<M, P>>>;
  request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...given: Args<OperationOf<M, P>>
  ): Promise<Answer<OperationOf<M, P>>>;
  request(method: Method, path: string, given?: Call): Promise<unknown> {
    return this.#call(method, path, given);
  }

  /** Yields every item of a list, fetching pages as needed. */
  async *list<P extends ListPath>(
    path: P,
    ...[given]: Args<OperationOf<'GET', P>>
  ): AsyncGenerator<ItemOf<P>, void, undefined> {
    const call: Call = given ?? {};
    let cursor: string | null | undefined;
    do {
      const query: object = { limit: LONGEST_PAGE, ...call.query, ...(cursor && { cursor }) };
      const { data, nextCursor } = (await this.#call('GET', path, { ...call, query })) as Page;
      yield* data as readonly ItemOf<P>[];
      cursor = nextCursor;
    } while (cursor !== null);
  }

  /**
   * Yields the account's events live, in order, each once, until the caller leaves the loop or `signal` aborts, whose reason
   * is thrown. To continue after a restart, store the `cursor` of the last event handled and pass it as `since`.
   */
  async *events<T extends EventType = EventType>({
    since,
    types,
    signal,
  }: EventOptions<T> = {}): AsyncGenerator<WbizEvent<T> & { cursor: string }, void, undefined> {
    let { page, seen } = positionIn(since);
    const timeoutMs = FEED_WAIT * 1_000 + this.#timeoutMs;
    for (;;) {
      const query = { since: page, types, limit: LONGEST_PAGE, wait: FEED_WAIT };
      const call = { query, signal, timeoutMs, maxRetries: Infinity };
      const { data, nextCursor } = (await this.#call('GET', '/v1/events', call)) as {
        data: WbizEvent<T>[];
        nextCursor: string;
      };
      const last = data.at(-1);
      for (const event of data)
        if (event.sequence > seen)
          yield { ...event, cursor: event === last ? nextCursor : cursorAt(page, event.sequence) };
      page = nextCursor;
      seen = 0;
    }
  }

  async #call(method: Method, path: string, given: Call = {}): Promise<unknown> {
    const { body, signal, maxRetries = this.#maxRetries, timeoutMs = this.#timeoutMs } = given;
    const url = `${this.#baseUrl}${filled(path, given.path)}${searchOf(given.query)}`;
    const isJson = body !== undefined && !(body instanceof FormData);
    const idempotencyKey = method === 'POST' ? (given.idempotencyKey ?? crypto.randomUUID()) : undefined;
    const headers = new Headers({
      authorization: `Bearer ${this.#apiKey}`,
      ...(isJson && { 'content-type': 'application/json' }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(given.respondAsync && { prefer: 'respond-async' }),
    });
    const init: RequestInit = {
      method,
      headers,
      redirect: 'error',
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as FormData) }),
    };
    let pending: WbizError | undefined; // has the message's id; an `idempotency_in_progress` of a later attempt has not
    for (let retries = 0; ; retries += 1) {
      const outcome = await attempt(url, init, timeoutMs, signal);
      if (!(outcome instanceof WbizError)) return outcome.content;
      outcome.idempotencyKey = idempotencyKey;
      if (outcome.code === 'outcome_pending') pending = outcome;
      if (retries >= maxRetries || !isPassing(outcome))
        throw outcome.code === 'idempotency_in_progress' ? (pending ?? outcome) : outcome;
      await pause(outcome.retryAfterMs ?? backoff(retries), signal);
    }
  }
}

/** Makes one attempt. Returns the answer's content or an error; throws only the abort reason of `signal`. */
async function attempt(
  url: string,
  init: RequestInit,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly content: unknown } | WbizError> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    return answer.ok ? { content: await contentOf(answer) } : await errorOf(answer);
  } catch (cause) {
    signal?.throwIfAborted();
    const { origin } = new URL(url);
    return new WbizError(`No answer from ${origin}.`, { code: 'network_error', status: 0 }, { cause });
  }
}

async function contentOf(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  return isJson ? ((await answer.json()) as unknown) : answer.blob();
}

/** True if a retry may succeed. `outcome_unknown` is final; `idempotency_in_progress` ends once the first attempt is answered. */
const isPassing = ({ code, status, retryAfterMs = 0 }: WbizError) =>
  retryAfterMs <= LONGEST_RETRY_AFTER_MS &&
  (code === 'idempotency_in_progress' || (PASSING.has(status) && code !== 'outcome_unknown'));

const backoff = (retries: number) =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retries) * (0.5 + Math.random() / 2);

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
}

const filled = (path: string, values: object = {}) =>
  Object.entries(values).reduce(
    (filling, [name, value]) => filling.replace(`{${name}}`, () => encodeURIComponent(String(value))),
    path,
  );

function searchOf(query: object = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined)
      .map((one): [string, string] => [name, String(one)]),
  );
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

const SEEN = '~';
/** The cursor of an event within a page: the cursor that fetched the page, and the event's sequence. */
const cursorAt = (page: string | undefined, sequence: number) => `${page ?? ''}${SEEN}${sequence}`;

function positionIn(cursor: string | undefined): { page: string | undefined; seen: number } {
  const [page, seen = 0] = cursor?.split(SEEN) ?? [];
  return { page: page || undefined, seen: Number(seen) };
}
