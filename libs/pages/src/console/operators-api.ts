/** A refusal by the operators' API. */
export class OperatorsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: readonly FieldFault[];
  /** In seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    refusal: { code: string; status: number; details?: FieldFault[]; retryAfter?: number },
  ) {
    super(message);
    this.code = refusal.code;
    this.status = refusal.status;
    this.details = refusal.details ?? [];
    this.retryAfter = refusal.retryAfter;
  }
}

type FieldFault = { pointer: string; detail: string };
type Problem = { detail: string; code: string; errors?: FieldFault[] };

let signedOut: () => void = () => undefined;
/** Sets the callback for a refused session (401). */
export const onSignedOut = (tell: () => void): void => void (signedOut = tell);

/**
 * Calls the operators' API (`/accounts` is `/api/admin/v1/accounts`) with the session's cookie. The header prevents
 * CSRF: other sites cannot send it.
 */
export async function askOperators<T>(
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<T> {
  const answer = await fetch(`/api/admin/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: {
      'x-wbiz-console': '1',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw Object.assign(
      new OperatorsError('The gateway cannot be reached at present. Try again.', {
        code: 'unreachable',
        status: 0,
      }),
      { cause },
    );
  });
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : undefined) as T;
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json'))
    throw new OperatorsError(`The gateway answered HTTP ${answer.status}.`, {
      code: 'http_error',
      status: answer.status,
    });
  const { detail, code, errors } = JSON.parse(text) as Problem;
  if (answer.status === 401 && token === undefined) signedOut();
  const retryAfter = answer.headers.get('retry-after');
  throw new OperatorsError(detail, {
    code,
    status: answer.status,
    ...(errors && { details: errors }),
    ...(retryAfter !== null && { retryAfter: Number(retryAfter) }),
  });
}

/** Every item of a list, over all pages. */
export async function listAll<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ;) {
    const query = new URLSearchParams({ limit: '200', ...(cursor !== null && { cursor }) });
    const page: { data: T[]; nextCursor: string | null } = await askOperators('GET', `${path}?${query}`);
    all.push(...page.data);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}
