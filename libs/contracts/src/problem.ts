/** Every error code of the API, with its HTTP status and title. Each refusal has a `detail` sentence of its own. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_request: { status: 400, title: 'The request is malformed' },
  missing_api_key: { status: 401, title: 'No API key' },
  invalid_api_key: { status: 401, title: 'The API key is not valid' },
  invalid_admin_token: { status: 401, title: 'The admin token is not valid' },
  invalid_signature: { status: 401, title: 'The signature does not match' },
  not_entitled: { status: 402, title: 'The account is not entitled to send' },
  invalid_verify_token: { status: 403, title: 'The verify token does not match' },
  insufficient_scope: { status: 403, title: 'The API key lacks a scope' },
  not_found: { status: 404, title: 'Not found' },
  template_not_found: { status: 404, title: 'No such template' },
  media_not_found: { status: 404, title: 'No such media' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'The state does not allow this' },
  account_suspended: { status: 409, title: 'The account is not active' },
  template_not_approved: { status: 409, title: 'The template is not approved' },
  flow_not_published: { status: 409, title: 'The flow is not published' },
  recipient_opted_out: { status: 409, title: 'The person does not want to be written to' },
  idempotency_in_progress: { status: 409, title: 'A request with this Idempotency-Key is still running' },
  cursor_expired: { status: 410, title: 'The cursor is older than what is kept' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  invalid_idempotency_key: { status: 422, title: 'The Idempotency-Key is not valid' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another path or body' },
  phone_number_not_found: { status: 422, title: 'No such sender' },
  service_window_closed: { status: 422, title: 'The 24 hour service window is closed' },
  template_not_supported: { status: 422, title: 'The template has a part that cannot be sent' },
  template_variables_mismatch: { status: 422, title: 'The variables do not fit the template' },
  reply_target_not_found: { status: 422, title: 'The message referred to is not known' },
  invalid_access_token: { status: 422, title: 'Meta does not accept the access token' },
  rejected_by_meta: { status: 422, title: 'Meta refused the content' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  upstream_error: { status: 502, title: 'Meta failed to handle the request' },
  outcome_unknown: { status: 502, title: 'It is unknown whether Meta did it' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  outcome_pending: { status: 504, title: 'Accepted; the outcome is not known yet' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of one field. `pointer` is a JSON Pointer into the body, or `?name` for a query parameter. */
export type FieldFault = { readonly pointer: string; readonly code: string; readonly detail: string };

/** The `detail` of a refusal with field faults. */
export const detailOf = (faults: readonly FieldFault[]) =>
  faults.length === 1 ? faults[0]!.detail : `${faults.length} fields are not valid.`;

/** A fault of one field. `message` continues a sentence that begins with the field's name. */
export const fieldFault = (pointer: string, code: string, message: string): FieldFault => ({
  pointer,
  code,
  detail: `${pointer.slice(1)} ${message}.`,
});
