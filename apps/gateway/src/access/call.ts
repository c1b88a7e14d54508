import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from './api-key.js';
import type { Claim } from './idempotency.js';
import type { Account } from './api-key-cache.js';

/** A request with a valid API key. */
export type Call = {
  readonly key: ApiKey;
  readonly account: Account;
  readonly requestId: string;
  readonly traceparent: string;
  /** `Prefer: respond-async`. */
  readonly respondAsync: boolean;
  /** When its command expires and the wait for an outcome ends, in ms since the epoch. */
  deadline: number;
  /** Charges `count` more requests to the key's limit, on top of the one each call costs. Throws `rate_limited`. */
  readonly charge: (count: number) => Promise<void>;
  /** The most requests that the key's limit can grant at once. */
  readonly mostAtOnce: number;
  /**
   * Claims the Idempotency-Key, if any, for a handler that reads the body itself; call it once the body is read.
   * Resolves to the stored answer of an earlier request, with its status and headers set on the reply. Throws what
   * `Idempotency.claim` throws.
   */
  claimBody: (fingerprint: Buffer) => Promise<{ readonly body: Buffer | undefined } | undefined>;
  /** Set while the request runs under an Idempotency-Key. */
  claim?: Claim;
  /**
   * `open`: a command was sent and its outcome is unknown, so its Idempotency-Key stays claimed. `final`: the answer is
   * stored whatever its status.
   */
  fate?: 'open' | 'final' | undefined;
  readonly reply: Pick<FastifyReply, 'code' | 'header'>;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes without an API key. */
    call: Call | null;
  }
}

/** Injects the {@link Call} of the request. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().call,
);
