import { randomBytes } from 'node:crypto';

export type GraphErrorBody = {
  /** Fields beside `error`, present if the call was carried out in part. */
  readonly [more: string]: unknown;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: number;
    readonly error_subcode?: number;
    readonly is_transient?: boolean;
    readonly error_user_title?: string;
    readonly error_user_msg?: string;
    readonly error_data?: Record<string, unknown>;
    readonly fbtrace_id: string;
  };
};

/** A refusal in Meta's format. A route throws it; graph-middleware.ts writes it as the answer. */
export class GraphRefusal extends Error {
  constructor(
    readonly httpStatus: number,
    readonly body: GraphErrorBody,
  ) {
    super(body.error.message);
    this.name = 'GraphRefusal';
  }
}

type Known = { readonly title: string; readonly httpStatus?: number; readonly details?: string };

/**
 * Meta's error codes: title, HTTP status (400 if absent), usual details. Sources: Meta's page support/error-codes and
 * answers captured from Meta.
 */
const KNOWN: Readonly<Record<number, Known>> = {
  1: { title: 'Invalid request or possible server error' },
  2: { title: 'Service temporarily unavailable', httpStatus: 503 },
  3: { title: 'Capability or permissions issue', httpStatus: 500 },
  4: { title: 'Application request limit reached' },
  10: { title: 'Permission is either not granted or has been removed', httpStatus: 403 },
  100: { title: 'Invalid parameter' },
  190: { title: 'Invalid OAuth access token - Cannot parse access token', httpStatus: 401 },
  200: { title: 'Permissions error', httpStatus: 403 },
  200005: { title: 'Template insights are not available' },
  200006: { title: 'Template insights cannot be disabled' },
  200007: { title: 'Template insights are not enabled' },
  368: { title: 'Temporarily blocked for policies violations', httpStatus: 403 },
  80007: {
    title: 'Rate limit issues',
    details: 'There have been too many calls to this WhatsApp Business account. Wait a bit and try again.',
  },
  130403: { title: 'Business has blocked this user' },
  130429: {
    title: 'Rate limit hit',
    details:
      'Message failed to send because there were too many messages sent from this phone number in a short period of time.',
  },
  130472: {
    title: "User's number is part of an experiment",
    details: "Failed to send message because this user's phone number is part of an experiment",
  },
  130497: { title: 'Business account is restricted from messaging users in this country', httpStatus: 403 },
  131000: {
    title: 'Something went wrong',
    httpStatus: 500,
    details: 'Message failed to send due to an unknown error.',
  },
  131005: { title: 'Access denied', httpStatus: 403 },
  131008: { title: 'Required parameter is missing' },
  131009: { title: 'Parameter value is not valid' },
  131016: { title: 'Service unavailable', httpStatus: 500, details: 'A service is temporarily unavailable.' },
  131021: { title: 'Recipient cannot be sender', details: 'Sender and recipient phone number is the same.' },
  131026: { title: 'Message undeliverable', details: 'Message Undeliverable.' },
  131030: {
    title: 'Recipient phone number not in allowed list',
    details:
      'Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.',
  },
  131031: { title: 'Account has been locked', httpStatus: 403 },
  131037: { title: 'Display name approval needed' },
  131042: {
    title: 'Business eligibility payment issue',
    details: 'Message failed to send because there were one or more errors related to your payment method.',
  },
  131045: { title: 'Incorrect certificate', httpStatus: 500 },
  131047: {
    title: 'Re-engagement message',
    details:
      'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  },
  131048: { title: 'Spam rate limit hit' },
  131049: {
    title: 'This message was not delivered to maintain healthy ecosystem engagement.',
    details: 'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
  },
  131050: {
    title: 'User has stopped marketing messages',
    details: 'Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.',
  },
  131051: { title: 'Unsupported message type' },
  131053: { title: 'Media upload error' },
  131056: {
    title: '(Business Account, Consumer Account) pair rate limit hit',
    details:
      'Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.',
  },
  131057: {
    title: 'Account in maintenance mode',
    httpStatus: 500,
    details: 'Business Account is in maintenance mode, possibly for an upgrade of its throughput.',
  },
  131063: { title: 'Marketing templates are disabled on the Cloud API for this account' },
  132000: { title: 'Number of parameters does not match the expected number of params' },
  132001: { title: 'Template name does not exist in the translation' },
  132005: { title: 'Translated text too long' },
  132007: { title: 'Template format character policy violated' },
  132012: { title: 'Parameter format does not match format in the created template' },
  132015: {
    title: 'Template is paused',
    details: 'Template is paused due to low quality so it cannot be sent.',
  },
  132016: {
    title: 'Template is disabled',
    details: 'Template has been paused too many times due to low quality and is now permanently disabled.',
  },
  132018: { title: "There's an issue with the parameters in your template" },
  132068: { title: 'Flow is blocked', details: 'Flow is in blocked state.' },
  132069: {
    title: 'Flow is throttled',
    details: 'Flow is in throttled state and its 10 messages of this hour are sent.',
  },
  133004: { title: 'Server temporarily unavailable', httpStatus: 503 },
  133005: { title: 'Two step verification PIN mismatch' },
  133006: { title: 'Phone number re-verification needed' },
  133010: { title: 'Phone number not registered' },
  135000: {
    title: 'Generic user error',
    details: 'Message failed to send because of an unknown error with your request parameters.',
  },
  136024: { title: 'Request code error' },
  136025: { title: 'Verify code error' },
  137000: {
    title: 'The identity of the recipient has changed',
    details: 'recipient_identity_key_hash does not match.',
  },
  139001: { title: "Flow can't be updated" },
  139002: { title: "Flow can't be published" },
  139003: { title: "Flow can't be deprecated" },
  139004: { title: "Flow can't be deleted" },
  139006: { title: 'Flow metrics are not available' },
  139100: {
    title: 'Failed to block/unblock users',
    details: 'Failed to block some users, see the block_users response list for details',
  },
};

const TRANSIENT = new Set([2, 4, 133004]);
const BARE_TITLE = new Set([2, 4, 190]);

const traceId = () => `A${randomBytes(17).toString('base64url').slice(0, 22)}`;

type Parts = Omit<GraphErrorBody['error'], 'fbtrace_id' | 'type'> & { readonly type?: string };

const refusal = (httpStatus: number, { message, type = 'OAuthException', ...rest }: Parts) =>
  new GraphRefusal(httpStatus, { error: { message, type, ...rest, fbtrace_id: traceId() } });

/** The refusal with this code: Meta's title and HTTP status (400 if unknown), and the details in `error_data`. */
export function refuse(code: number, details?: string, httpStatus?: number): GraphRefusal {
  const known = KNOWN[code];
  const title = known?.title ?? 'Unknown error';
  const text = details ?? known?.details;
  return refusal(httpStatus ?? known?.httpStatus ?? 400, {
    message: BARE_TITLE.has(code) ? title : `(#${code}) ${title}`,
    code,
    ...(code === 4 ? { error_subcode: 2446079 } : {}),
    ...(TRANSIENT.has(code) ? { is_transient: true } : {}),
    ...(text === undefined ? {} : { error_data: { messaging_product: 'whatsapp', details: text } }),
  });
}

/** Meta's refusal of one parameter: code 100, `text` in the message, no `error_data`. */
export const badParameter = (text: string) => refusal(400, { message: `(#100) ${text}`, code: 100 });

export const notOneOf = (name: string, known: Iterable<string>, given: unknown) =>
  badParameter(
    `Param ${name} must be one of {${[...known].join(', ')}} - got "${String(given).slice(0, 64)}".`,
  );

export const missingParameter = (name: string) => badParameter(`The parameter ${name} is required.`);

/** Refuses an id that does not exist or that the token may not see; Meta answers both alike (captured from Meta). */
export const unknownObject = (method: string, id: string) =>
  refusal(400, {
    message: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    type: 'GraphMethodException',
    code: 100,
    error_subcode: 33,
  });

/** Refuses a download URL that has expired or was never issued. */
export const unknownMedia = () =>
  refusal(404, { message: 'The media was not found or its URL has expired.', code: 100, error_subcode: 33 });

export const unknownEdge = (edge: string, nodeType: string) =>
  badParameter(`Tried accessing nonexisting field (${edge}) on node type (${nodeType})`);

/** Refuses `fields` with a syntax error at the character with index `at`. */
export const syntaxError = (fields: string, at: number) =>
  refusal(400, {
    message: `Syntax error "Expected end of string instead of "${fields.charAt(at)}"." at character ${at}: ${fields}`,
    code: 2500,
  });

export const unknownPath = (path: string) =>
  refusal(400, { message: `Unknown path components: ${path}`, code: 2500 });

export const tokenMissing = () =>
  refusal(400, { message: 'An access token is required to request this resource.', code: 104 });

export const tokenExpired = () =>
  refusal(401, {
    message:
      'Error validating access token: Session has expired on Saturday, 01-Aug-26 00:00:00 PDT. The current time is past it.',
    code: 190,
    error_subcode: 463,
  });

/**
 * Refuses a change of a template, or a media file that is too large: code 100, texts for the user, a subcode if Meta has
 * one, and no `error_data.details`.
 */
export const templateFault = (subcode: number | undefined, title: string, text: string, field?: string) =>
  refusal(400, {
    message: 'Invalid parameter',
    code: 100,
    ...(field === undefined ? {} : { error_data: { blame_field_specs: [[field]] } }),
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    is_transient: false,
    error_user_title: title,
    error_user_msg: text,
  });

/** Refuses a change of a flow: code 100 or 139000 and up, with texts for the user (Meta's docs, flows/reference/error-codes). */
export const flowFault = (code: number, title: string, text: string) =>
  refusal(400, {
    message: code === 100 ? 'Invalid parameter' : `(#${code}) ${KNOWN[code]!.title}`,
    code,
    is_transient: false,
    error_user_title: title,
    error_user_msg: text,
  });

/** Refuses an account management call, with texts for the user. */
export const managementFault = (code: number, subcode: number, title: string, text: string) =>
  refusal(400, {
    message: `(#${code}) ${KNOWN[code]!.title}`,
    code,
    error_subcode: subcode,
    is_transient: false,
    error_user_title: title,
    error_user_msg: text,
  });

/** Refuses a button's phone number that is not valid: with code 192, not 100 (captured from Meta). */
export const invalidPhoneNumber = (name: string) =>
  refusal(400, { message: `(#192) Param ${name} is not a valid phone number.`, code: 192 });

/** The error object of a `failed` status webhook. */
export function statusError(code: number, details?: string) {
  const known = KNOWN[code];
  const title = known?.title ?? 'Unknown error';
  return {
    code,
    title,
    message: title,
    error_data: { details: details ?? known?.details ?? title },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}

export const invalidVersion = (version: string) =>
  refusal(400, { message: `Invalid version format: ${version}. Use the form v25.0.`, code: 100 });
