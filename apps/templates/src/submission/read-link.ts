import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import { AddressGuard, AddressRefused } from '@wbiz/service-kit/address-guard';

const PATIENCE_MS = 15_000;
/** Our bound on the size of a linked file, which is held in memory. */
export const MOST_LINK_BYTES = 16 * 1024 * 1024;

/** Why a link cannot be read. Clients see the message. */
export class UnreadableLink extends Error {
  override readonly name = 'UnreadableLink';
}

type Get = (
  link: string,
  options: https.RequestOptions,
  onAnswer: (answer: IncomingMessage) => void,
) => ClientRequest;
type Edges = { readonly get: Get; readonly guard: AddressGuard };
const PUBLIC_ONLY = new AddressGuard({ insecure: false, networks: [] });
export type ReadLink = (link: string) => Promise<Buffer>;

/**
 * Fetches a file from a client's link. The address is checked at connect time, so a name cannot resolve to another
 * address after the check. Redirects are not followed. PATIENCE_MS bounds all of it. Throws {@link UnreadableLink}.
 */
export const linkReader =
  ({ get, guard }: Edges = { get: https.get, guard: PUBLIC_ONLY }): ReadLink =>
  async (link) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const options = { agent: false, lookup: guard.lookup, signal } as const;
    try {
      guard.check(new URL(link).hostname);
      const answer = await new Promise<IncomingMessage>((resolve, reject) =>
        get(link, options, resolve).on('error', reject),
      );
      return await bytesOf(answer);
    } catch (error) {
      if (error instanceof UnreadableLink) throw error;
      if (error instanceof AddressRefused) throw new UnreadableLink('it does not lead to a public address');
      if (signal.aborted) throw new UnreadableLink(`it was not read within ${PATIENCE_MS / 1_000} s`);
      throw new UnreadableLink((error as Error).message);
    }
  };

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
