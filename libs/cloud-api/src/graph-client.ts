import { codeLabel } from './graph-error-fates.js';
import { CloudApiError, graphErrorIn, UpstreamUnreachable, type GraphError } from './graph-error.js';
import type { Exchange, GraphRequest, GraphTransport } from './graph-transport.js';
import { jsonIn } from './send-outcome.js';

/** The purpose of a call to Meta. */
export type Operation =
  | 'send_message'
  | 'mark_read'
  | 'list_templates'
  | 'list_flows'
  | 'find_template'
  | 'get_template'
  | 'create_template'
  | 'edit_template'
  | 'delete_template'
  | 'upload_sample'
  | 'get_waba'
  | 'list_phone_numbers'
  | 'debug_token'
  | 'subscribe_app'
  | 'list_subscribed_apps'
  | 'upload_media'
  | 'get_media'
  | 'download_media'
  | 'delete_media';

/**
 * The outcome of a call. `broken`: the call was sent, but no readable answer came. `code`: Meta's error code, 'other'
 * for an unknown one.
 */
export type CallOutcome =
  { readonly kind: 'ok' | 'broken' | 'not_sent' } | { readonly kind: 'refused'; readonly code: string };

/**
 * Called as each call begins. The returned `ended` is called with the call's outcome; a returned `traceparent` is sent
 * in place of the call's.
 */
export type WatchCall = (call: {
  readonly operation: Operation;
  readonly method: GraphRequest['method'];
  readonly traceparent: string | undefined;
}) => { readonly traceparent?: string | undefined; readonly ended: (outcome: CallOutcome) => void };

export type Page<T> = {
  readonly data: readonly T[];
  readonly paging?: { readonly cursors?: { readonly after?: string }; readonly next?: string };
};

export type ListRequest = {
  readonly token: string;
  readonly path: string;
  readonly fields: string;
  readonly filter?: Readonly<Record<string, string>>;
};

const META_HOST = /(?:^|\.)facebook\.com$/i;

const outcomeOfFault = (error: unknown): CallOutcome =>
  error instanceof CloudApiError
    ? { kind: 'refused', code: codeLabel(error.error) }
    : { kind: error instanceof UpstreamUnreachable && !error.sent ? 'not_sent' : 'broken' };

const localRefusal = (message: string): GraphError => ({ code: 190, message, httpStatus: 0 });

export type GraphClient = ReturnType<typeof graphClient>;

function answerIn<T>(exchange: Exchange): T {
  if (exchange.kind !== 'answered')
    throw new UpstreamUnreachable(exchange.reason, exchange.kind === 'broken');
  const { httpStatus, body } = exchange;
  const answer = jsonIn(body);
  const error = graphErrorIn(answer, httpStatus);
  if (error !== undefined) throw new CloudApiError(error);
  if (httpStatus !== 200 || typeof answer !== 'object' || answer === null)
    throw new UpstreamUnreachable(`HTTP ${httpStatus} with a body that is not the Graph API's`, true);
  return answer as T;
}

/** The parts that all calls share: token check, paths, reports to `watch`, answers and lists. */
export function graphClient(transport: GraphTransport, baseUrl: URL, version: string, watch?: WatchCall) {
  const { hostname, pathname } = baseUrl;
  const prefix = `${pathname.replace(/\/+$/, '')}/${version}`;
  const isMeta = META_HOST.test(hostname);

  /** Why a token must not be sent; undefined if it may be sent. */
  const tokenFault = (token: string): GraphError | undefined => {
    if (isMeta && token.startsWith('simulator-'))
      return localRefusal(
        `A token of the simulator is not sent to ${hostname}: connect the account with a real one`,
      );
    if (!/^[\x21-\x7e]+$/.test(token))
      return localRefusal('The access token is empty or has characters no token has');
    return undefined;
  };

  const pathTo = (...segments: readonly string[]) => [prefix, ...segments.map(encodeURIComponent)].join('/');

  const watched = async <T>(operation: Operation, method: GraphRequest['method'], call: () => Promise<T>) => {
    const watching = watch?.({ operation, method, traceparent: undefined });
    try {
      const answer = await call();
      watching?.ended({ kind: 'ok' });
      return answer;
    } catch (error) {
      watching?.ended(outcomeOfFault(error));
      throw error;
    }
  };

  /** Any call but a send. Throws CloudApiError or UpstreamUnreachable. */
  const request = async <T>(operation: Operation, asked: GraphRequest): Promise<T> => {
    const fault = tokenFault(asked.token);
    if (fault !== undefined) throw new CloudApiError(fault);
    return watched(operation, asked.method, async () => answerIn<T>(await transport.call(asked)));
  };

  /** The items of all pages of a list, read 100 per call. */
  async function* list<T>(
    operation: Operation,
    { token, path, fields, filter = {} }: ListRequest,
  ): AsyncGenerator<T, void, undefined> {
    const query = new URLSearchParams({ ...filter, fields, limit: '100' });
    for (;;) {
      const page: Page<T> = await request(operation, { method: 'GET', path: `${path}?${query}`, token });
      yield* page.data;
      const after = page.paging?.cursors?.after;
      if (page.paging?.next === undefined || after === undefined || after === query.get('after')) return;
      query.set('after', after);
    }
  }

  return {
    transport,
    prefix,
    origin: baseUrl.origin,
    isMeta,
    watch,
    tokenFault,
    pathTo,
    watched,
    request,
    list,
  };
}
