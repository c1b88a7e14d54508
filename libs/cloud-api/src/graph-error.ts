/** A refusal of Meta's, from the `error` object of its answer. */
export type GraphError = {
  readonly code: number;
  readonly subcode?: number;
  readonly type?: string;
  readonly message: string;
  /** `error_data.details`. Meta asks its clients to distinguish errors by `code` and `details`. */
  readonly details?: string;
  readonly fbtraceId?: string;
  /** 0: this client refused the call, and nothing was sent. */
  readonly httpStatus: number;
  readonly userTitle?: string;
  readonly userMessage?: string;
  readonly transient?: boolean;
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** The Graph error in a parsed answer; undefined if the answer has none (no `error.code`). */
export function graphErrorIn(answer: unknown, httpStatus: number): GraphError | undefined {
  const error = fieldsOf(fieldsOf(answer)?.['error']);
  const code = number(error?.['code']);
  if (error === undefined || code === undefined) return undefined;
  const found: { [K in keyof GraphError]: GraphError[K] | undefined } = {
    code,
    subcode: number(error['error_subcode']),
    type: text(error['type']),
    message: text(error['message']) ?? '',
    details: text(fieldsOf(error['error_data'])?.['details']),
    fbtraceId: text(error['fbtrace_id']),
    httpStatus,
    userTitle: text(error['error_user_title']),
    userMessage: text(error['error_user_msg']),
    transient: typeof error['is_transient'] === 'boolean' ? error['is_transient'] : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as GraphError;
}

/** Meta refused a call other than a send. */
export class CloudApiError extends Error {
  constructor(readonly error: GraphError) {
    super(error.details === undefined ? error.message : `${error.message}: ${error.details}`);
    this.name = 'CloudApiError';
  }
}

/** A call other than a send got no readable answer. The call may have taken effect, unless `sent` is false. */
export class UpstreamUnreachable extends Error {
  constructor(
    reason: string,
    readonly sent: boolean,
  ) {
    super(`The Cloud API cannot be reached: ${reason}`);
    this.name = 'UpstreamUnreachable';
  }
}
