type Json = Record<string, unknown>;
export type Answer<Body = Json> = { status: number; headers: Headers; body: Body };

export type Client = ReturnType<typeof client>;
export type FeedEvent = { id: string; sequence: number; type: string; createdAt: string; data: Json };

/** A client of the API with this key; it sends its calls to the gateways in turn. */
export function client(baseUrls: readonly string[], apiKey: string) {
  let turn = 0;
  const request = <Body = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) =>
    call<Body>(method, `${baseUrls[(turn += 1) % baseUrls.length]!}${path}`, {
      bearer: apiKey,
      body,
      headers,
    });
  const events = async (
    query: { since?: string | undefined; types?: string; limit?: number; wait?: number } = {},
  ) => {
    const given = Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, string] => [name, String(value)]);
    return ok(
      await request<{ data: FeedEvent[]; nextCursor: string }>(
        'GET',
        `/v1/events?${new URLSearchParams(given).toString()}`,
      ),
    );
  };
  /** Reads the whole feed, from its oldest event on. */
  const allEvents = async () => {
    const all: FeedEvent[] = [];
    for (let since: string | undefined; ;) {
      const { data, nextCursor } = await events({ since, limit: 200 });
      all.push(...data);
      if (data.length === 0) return all;
      since = nextCursor;
    }
  };
  return {
    apiKey,
    request,
    get: <Body = Json>(path: string) => request<Body>('GET', path),
    post: <Body = Json>(path: string, body: unknown, headers?: Record<string, string>) =>
      request<Body>('POST', path, body, headers),
    events,
    allEvents,
    /** Statuses in the feed by message id, of all messages whose metadata has this `run`. */
    statusesOf: async (run: string) => {
      const statuses = new Map<string, string[]>();
      for (const { type, data } of await allEvents()) {
        const { messageId, status, metadata } = data as {
          messageId: string;
          status: string;
          metadata: { run?: string } | null;
        };
        if (type === 'message.status' && metadata?.run === run)
          statuses.set(messageId, [...(statuses.get(messageId) ?? []), status]);
      }
      return statuses;
    },
  };
}

/** Makes one HTTP call. Resolves to the answer, whatever the HTTP status; throws if no answer comes. */
export async function call<Body = Json>(
  method: string,
  url: string,
  {
    bearer,
    body,
    headers = {},
  }: { bearer?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const isForm = body instanceof FormData;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`${method} ${url} was not answered`, { cause });
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json');
  return {
    status: answer.status,
    headers: answer.headers,
    body: (json && text ? JSON.parse(text) : text) as Body,
  };
}

/** Returns the body of a 2xx answer; throws an error that shows any other answer. */
export function ok<Body>({ status, body }: Answer<Body>): Body {
  if (status < 200 || status > 299) throw new Error(`Answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}
