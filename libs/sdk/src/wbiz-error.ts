import type { components } from './api.js';

type Problem = components['schemas']['Problem'];

/** Codes that the SDK adds to the API's: no answer came; the answer is not WBIZ's; a webhook's signature is wrong. */
type OwnCode = 'network_error' | 'http_error' | 'invalid_signature';

type Facts = {
  readonly code: Problem['code'] | OwnCode;
  /** HTTP status; 0 if no answer came. */
  readonly status: number;
  /** One entry per faulty field. */
  readonly details?: NonNullable<Problem['errors']>;
  readonly requestId?: string | undefined;
  /** The whole body of the refusal, with fields that only some codes have: `messageId`, `metaCode`, `scope`. */
  readonly problem?: Problem;
  readonly retryAfterMs?: number | undefined;
};

/** Thrown if a call is refused or fails. Programs should decide by `code`; `message` is a text for people. */
export class WbizError extends Error {
  override readonly name = 'WbizError';
  readonly code: Facts['code'];
  readonly status: number;
  readonly details: NonNullable<Problem['errors']>;
  readonly requestId: string | undefined;
  readonly problem: Problem | undefined;
  readonly retryAfterMs: number | undefined;
  /** The Idempotency-Key of the failed POST: a repetition with this key is not carried out a second time. */
  idempotencyKey: string | undefined;

  constructor(message: string, facts: Facts, options?: ErrorOptions) {
    super(message, options);
    this.code = facts.code;
    this.status = facts.status;
    this.details = facts.details ?? [];
    this.requestId = facts.requestId;
    this.problem = facts.problem;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Makes the error for an answer whose status is not 2xx. */
export async function errorOf(answer: Response): Promise<WbizError> {
  const { status, headers } = answer;
  const retryAfterMs = millisecondsIn(headers.get('retry-after'));
  const requestId = headers.get('x-request-id') ?? undefined;
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    return new WbizError(`HTTP ${status}`, { code: 'http_error', status, requestId, retryAfterMs });
  const problem = (await answer.json()) as Problem;
  const { detail, code, errors: details = [] } = problem;
  return new WbizError(detail, { code, status, details, requestId, problem, retryAfterMs });
}

/** Parses a Retry-After header, which holds seconds or a date, to ms from now; undefined if it holds neither. */
function millisecondsIn(retryAfter: string | null): number | undefined {
  if (!retryAfter) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
