import type { IncomingMessage } from 'node:http';
import { Rejection } from '@wbiz/eventing/rejection';

/** Time limit for a whole body (ms), so that a slow sender does not hold a connection. */
const PATIENCE_MS = 30_000;

type Refuse = (why: Rejection) => void;
type Reading = {
  /** The most bytes of the body. */
  readonly limit: number;
  readonly withinMs?: number | undefined;
  /** Limits the total bytes of all bodies that share this budget. */
  readonly budget?: BodyBudget;
};

/** A limit on the total bytes of all bodies being received. Above the limit, the body that began first gets a 503. */
export class BodyBudget {
  private readonly bytesBy = new Map<Refuse, number>();
  private held = 0;

  constructor(private readonly most: number) {}

  take(refuse: Refuse, bytes: number): void {
    this.bytesBy.set(refuse, (this.bytesBy.get(refuse) ?? 0) + bytes);
    this.held += bytes;
    for (const [oldest] of this.bytesBy) {
      if (this.held <= this.most) return;
      this.giveBack(oldest);
      oldest(new Rejection('unavailable', 'Too many bodies are coming in at present; send it again.'));
    }
  }

  giveBack(refuse: Refuse): void {
    this.held -= this.bytesBy.get(refuse) ?? 0;
    this.bytesBy.delete(refuse);
  }
}

/**
 * Reads a whole body. Throws `too_large`, before reading if the Content-Length says so; `malformed_request` if the body
 * is not complete in time or its sender disconnects; `unavailable` if the budget is spent.
 */
export async function readBody(
  payload: IncomingMessage,
  { limit, withinMs = PATIENCE_MS, budget }: Reading,
): Promise<Buffer> {
  if (Number(payload.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onChunk = (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) return reject(tooLarge(limit));
    chunks.push(chunk);
    budget?.take(reject, chunk.length);
  };
  const onError = () => reject(malformed('The client went away.'));
  const late = setTimeout(
    () => reject(malformed(`The body was not there within ${withinMs / 1_000} seconds.`)),
    withinMs,
  );
  payload.on('data', onChunk).on('end', resolve).on('error', onError);
  try {
    await promise;
    return Buffer.concat(chunks, length);
  } finally {
    clearTimeout(late);
    budget?.giveBack(reject);
    payload.off('data', onChunk).off('end', resolve).off('error', onError);
  }
}

const tooLarge = (limit: number) => new Rejection('too_large', `The body can have at most ${limit} bytes.`);
const malformed = (detail: string) => new Rejection('malformed_request', detail);
