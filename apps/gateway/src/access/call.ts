import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from './api-key.js';
import type { Claim } from './idempotency.js';
import type { Account } from './key-book.js';

/** One request with a valid key. */
export type Call = {
  readonly key: ApiKey;
  readonly account: Account;
  readonly requestId: string;
  readonly traceparent: string;
  /** `Prefer: respond-async`. */
  readonly respondAsync: boolean;
  /** When its command is dropped and the wait for an outcome ends, in ms since the epoch. */
  deadline: number;
  /** Takes more requests from the key's limit than the one that every call costs. Throws `rate_limited`. */
  readonly charge: (count: number) => Promise<void>;
  /** As many requests as the key's limit can ever give at once. */
  readonly mostAtOnce: number;
  /**
   * For a handler that reads the body itself, once it has: claims the Idempotency-Key, if there is one, for these bytes.
   * Resolves to the answer that an earlier request had, whose status and headers the reply then has too. Throws as
   * `Idempotency.claim` does.
   */
  claimBody: (fingerprint: Buffer) => Promise<{ readonly body: Buffer | undefined } | undefined>;
  /** Set while the request runs under an Idempotency-Key. */
  claim?: Claim;
  /** `open`: a command went out and nobody knows yet what becomes of it. `final`: keep the answer whatever its status. */
  fate?: 'open' | 'final' | undefined;
  readonly reply: Pick<FastifyReply, 'code' | 'header'>;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on public routes. */
    call: Call | null;
  }
}

/** The {@link Call} a handler answers. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().call,
);
