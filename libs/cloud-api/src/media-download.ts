import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { CloudApiError, graphErrorIn, UpstreamUnreachable } from './graph-error.js';
import { jsonIn } from './send-outcome.js';

export type Download = {
  readonly mimeType: string;
  readonly size: number | undefined;
  readonly bytes: Readable;
};

export type Downloads = ReturnType<typeof openDownloads>;

/**
 * Downloads files from Meta's URLs; redirects are not followed. `timeoutMs` limits the wait for the headers and for
 * each chunk.
 */
export function openDownloads(timeoutMs: number) {
  const agent = new Agent({
    connections: 16,
    connectTimeout: Math.min(timeoutMs, 5_000),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  /** Throws CloudApiError if Meta refuses (its URLs expire after five minutes), UpstreamUnreachable at other failures. */
  const fetch = async (url: URL, token: string): Promise<Download> => {
    const answer = await agent
      .request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'GET',
        headers: { authorization: `Bearer ${token}` },
      })
      .catch((error: Error) => {
        throw new UpstreamUnreachable(error.message, true);
      });
    const { statusCode, headers, body } = answer;
    if (statusCode === 200) {
      const size = Number(headers['content-length'] ?? NaN);
      const mimeType = String(headers['content-type'] ?? 'application/octet-stream');
      return { mimeType, size: Number.isSafeInteger(size) ? size : undefined, bytes: body };
    }
    // Not read if over 64 KiB or of unknown length: Meta's error answers are small.
    const isSmall = Number(headers['content-length'] ?? NaN) <= 65_536;
    const text = isSmall ? await body.text().catch(() => '') : '';
    if (!isSmall) body.destroy();
    const error = graphErrorIn(jsonIn(text), statusCode);
    if (error) throw new CloudApiError(error);
    throw new UpstreamUnreachable(`HTTP ${statusCode} for a file`, true);
  };

  return { fetch, close: () => agent.close() };
}
