import type { components } from './api.js';

type Problem = components['schemas']['Problem'];

/** Codes that no server sent: nobody answered, something else than WBIZ did, a webhook is not WBIZ's. */
type OwnCode = 'network_error' | 'http_error' | 'invalid_signature';

type Facts = {
  readonly code: Problem['code'] | OwnCode;
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;
  /** One entry for each fault of a field. */
  readonly details?: NonNullable<Problem['errors']>;
  readonly requestId?: string | undefined;
  /** The whole answer, with what belongs to its code: `messageId`, `metaCode`, `scope`. */
  readonly problem?: Problem;
  readonly retryAfterMs?: number | undefined;
};

/** Every refusal and fault. Go by `code`; `message` is for people. */
export class WbizError extends Error {
  override readonly name = 'WbizError';
  readonly code: Facts['code'];
  readonly status: number;
  readonly details: NonNullable<Problem['errors']>;
  readonly requestId: string | undefined;
  readonly problem: Problem | undefined;
  readonly retryAfterMs: number | undefined;
  /** Of the POST that failed: the same request under it is carried out once, however often it is repeated. */
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

/** What an answer other than 2xx says. */
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

/** A Retry-After is seconds or a date. */
function millisecondsIn(retryAfter: string | null): number | undefined {
  if (!retryAfter) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
