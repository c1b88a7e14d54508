import { accountCalls } from './account-calls.js';
import { graphClient, type WatchCall } from './graph-client.js';
import { openGraphTransport } from './graph-transport.js';
import { mediaCalls } from './media-calls.js';
import { openDownloads } from './media-download.js';
import { messageCalls } from './message-calls.js';
import { templateCalls } from './template-calls.js';

export type CloudApiOptions = {
  /** Scheme, host and port, e.g. `https://graph.facebook.com`. */
  readonly baseUrl: string;
  readonly version?: string;
  /** Timeout of each call as a whole, in ms; uploads have 100 s instead. */
  readonly timeoutMs: number;
  readonly connections?: number;
  readonly watch?: WatchCall;
};

export type CloudApi = ReturnType<typeof createCloudApi>;

/**
 * A client of Meta's Graph API for WhatsApp. A token is sent only to `baseUrl` and, if that is Meta's host, to Meta's
 * media hosts: redirects and the `next` links of lists are not followed. A `simulator-*` token is never sent to
 * facebook.com: the call fails with code 190 and httpStatus 0, as with a token that no header can hold. Sends resolve
 * to a SendOutcome and do not throw. All other calls throw CloudApiError (Meta refused) or UpstreamUnreachable (no
 * readable answer).
 */
export function createCloudApi({
  baseUrl,
  version = 'v25.0',
  timeoutMs,
  connections = 64,
  watch,
}: CloudApiOptions) {
  const url = new URL(baseUrl);
  const transport = openGraphTransport(url.origin, timeoutMs, connections);
  const downloads = openDownloads(timeoutMs);
  const graph = graphClient(transport, url, version, watch);
  return {
    ...messageCalls(graph),
    ...templateCalls(graph),
    ...accountCalls(graph),
    ...mediaCalls(graph, downloads),

    /** Resolves once the calls in flight have ended. */
    close: async () => {
      await Promise.all([transport.close(), downloads.close()]);
    },
  };
}
