/** A refusal of the operators' API. */
export class OperatorsError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly details: readonly { pointer: string; detail: string }[] = [],
  ) {
    super(message);
  }
}

type Problem = { detail: string; code: string; errors?: { pointer: string; detail: string }[] };

let signedOut: () => void = () => undefined;
/** Called when the session has ended. */
export const onSignedOut = (tell: () => void): void => void (signedOut = tell);

/**
 * One call of the operators' API (`/accounts` is `/api/admin/v1/accounts`), let in by the session's cookie. The header is what no
 * other site can send without being asked for it first.
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
  });
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : undefined) as T;
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json'))
    throw new OperatorsError(`The gateway answered HTTP ${answer.status}.`, 'http_error', answer.status);
  const { detail, code, errors } = JSON.parse(text) as Problem;
  if (answer.status === 401) signedOut();
  throw new OperatorsError(detail, code, answer.status, errors);
}
