import { lookup } from 'node:dns';
import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';

const PATIENCE_MS = 15_000;
/** What is fetched is held in memory. */
export const MOST_LINK_BYTES = 16 * 1024 * 1024;

/** Why a file cannot be had from a link, as a customer may read it. */
export class UnreadableLink extends Error {
  override readonly name = 'UnreadableLink';
}

type Get = (
  link: string,
  options: https.RequestOptions,
  onAnswer: (answer: IncomingMessage) => void,
) => ClientRequest;
type Edges = { readonly get: Get; readonly isAllowed: (address: string) => boolean };
export type ReadLink = (link: string) => Promise<Buffer>;

/**
 * Fetches a file that a customer names by a link. The address is checked where the connection is made, so no name leads
 * elsewhere than it was checked for; redirects are not followed, and the time limit holds for the whole of it.
 */
export const linkReader =
  ({ get, isAllowed }: Edges = { get: https.get, isAllowed: isPublicAddress }): ReadLink =>
  async (link) => {
    const literal = new URL(link).hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !isAllowed(literal)) throw notPublic();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const options = { agent: false, lookup: guarded(isAllowed), signal } as const;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) =>
        get(link, options, resolve).on('error', reject),
      );
      return await bytesOf(answer);
    } catch (error) {
      if (error instanceof UnreadableLink) throw error;
      if (signal.aborted) throw new UnreadableLink(`it was not read within ${PATIENCE_MS / 1_000} s`);
      throw new UnreadableLink((error as Error).message);
    }
  };

const guarded =
  (isAllowed: Edges['isAllowed']): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      if (!addresses.every(({ address }) => isAllowed(address))) return done(notPublic(), '');
      const [{ address, family }] = addresses as [(typeof addresses)[number]];
      return options.all ? done(null, addresses) : done(null, address, family);
    });

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  try {
    if (answer.statusCode !== 200) throw new UnreadableLink(`it answers ${answer.statusCode}`);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MOST_LINK_BYTES)
        throw new UnreadableLink(`it has more than ${MOST_LINK_BYTES} bytes; upload the file instead`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    answer.destroy();
  }
}

const notPublic = () => new UnreadableLink('it does not lead to a public address');
