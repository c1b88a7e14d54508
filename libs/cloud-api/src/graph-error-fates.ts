import type { GraphError } from './graph-error.js';

/** What a refusal is about; {@link REFUSAL_SCOPES} says what follows from each. */
export type RefusalScope =
  | 'pace-number'
  | 'pace-pair'
  | 'pace-account'
  | 'upstream'
  | 'token'
  | 'account'
  | 'recipient'
  | 'window'
  | 'template'
  | 'content';

export type GraphErrorRule = {
  readonly meaning: string;
  /** Whether the same send may soon succeed unchanged. False also if Meta asks to wait for hours or days. */
  readonly retryable: boolean;
  readonly scope: RefusalScope;
  /** Maximum attempts of a send, if not those of the scope. */
  readonly attempts?: number;
};

type ScopeRule = {
  /** The error code of a send that failed for good. */
  readonly answer: 'rejected_by_meta' | 'upstream_error';
  /** Maximum attempts of a retryable send. Infinite for rate limits, which are no fault of the message. */
  readonly attempts: number;
  readonly what: string;
  readonly action: string;
};
const again = 'Sent again after a pause, ';

/** Per scope: the final answer and the attempts of a send; `what` and `action` are texts for the documentation. */
export const REFUSAL_SCOPES: Readonly<Record<RefusalScope, ScopeRule>> = {
  'pace-number': {
    answer: 'upstream_error',
    attempts: Infinity,
    what: "The phone number's throughput is used up.",
    action: `${again}as often as it takes; the number is slowed down.`,
  },
  'pace-pair': {
    answer: 'upstream_error',
    attempts: Infinity,
    what: 'Too much to one person in a short time.',
    action: `${again}as often as it takes; others are not held up.`,
  },
  'pace-account': {
    answer: 'upstream_error',
    attempts: Infinity,
    what: 'The account or app calls too often.',
    action: `${again}as often as it takes.`,
  },
  upstream: {
    answer: 'upstream_error',
    attempts: 10,
    what: 'Meta has a fault of its own.',
    action: `${again}10 times at most.`,
  },
  token: {
    answer: 'upstream_error',
    attempts: 1,
    what: 'The access token is not good any more.',
    action: 'Tried once more with the token as it is now stored; then it fails, and the operator has to act.',
  },
  account: {
    answer: 'upstream_error',
    attempts: 1,
    what: 'The account, app or phone number may not do this.',
    action: 'Fails; the operator has to act.',
  },
  recipient: {
    answer: 'rejected_by_meta',
    attempts: 1,
    what: 'This person cannot or will not be reached.',
    action: 'Fails.',
  },
  window: {
    answer: 'rejected_by_meta',
    attempts: 1,
    what: 'The 24 hour service window is closed.',
    action: 'Fails; an approved template can be sent instead.',
  },
  template: {
    answer: 'rejected_by_meta',
    attempts: 1,
    what: 'The template or its variables.',
    action: 'Fails.',
  },
  content: { answer: 'rejected_by_meta', attempts: 1, what: 'What is in the message.', action: 'Fails.' },
};

const rule =
  (scope: RefusalScope, retryable = false) =>
  (meaning: string): GraphErrorRule => ({ meaning, retryable, scope });

const [token, account, recipient, template, content] = (
  ['token', 'account', 'recipient', 'template', 'content'] as const
).map((scope) => rule(scope)) as [Rule, Rule, Rule, Rule, Rule];
const upstream = rule('upstream', true);
const paceAccount = rule('pace-account', true);

type Rule = (meaning: string) => GraphErrorRule;

/**
 * Meta's codes for sends and for the management calls we make. Source: developers.facebook.com, WhatsApp Cloud API,
 * support/error-codes (September 2026) and, for retries, its throughput page.
 */
export const GRAPH_ERROR_CODES: Readonly<Record<number, GraphErrorRule>> = {
  0: token('The app user could not be authenticated'),
  1: { ...upstream('Invalid request or server error; worth a few tries only'), attempts: 3 },
  2: upstream('Temporary downtime or overload'),
  3: account('The app lacks the capability or permission'),
  4: paceAccount('The app has made too many calls'),
  10: account('A permission was not granted or was removed'),
  17: paceAccount('The user has made too many calls'),
  32: paceAccount('The page has made too many calls'),
  33: account('The phone number was deleted'),
  100: content('A parameter is unknown, misspelt or too long, or the object does not exist'),
  102: token('The session is no longer valid'),
  104: token('No access token was given'),
  190: token('The access token has expired or was revoked'),
  368: account('The account is blocked for a violation of policies'),
  613: paceAccount('A custom rate limit was reached'),
  80007: paceAccount('The WhatsApp Business account has reached its rate limit'),
  80008: paceAccount('The WhatsApp Business account has reached its management rate limit'),
  130403: recipient('The business has blocked this user'),
  130429: rule('pace-number', true)('The phone number has reached its throughput'),
  130472: recipient('The recipient is in an experiment that holds marketing messages back'),
  130497: account('The account may not message people in this country'),
  131000: upstream('Meta failed for an unknown reason'),
  131005: account('Access was denied'),
  131008: content('A required parameter is missing'),
  131009: content('A parameter has a value that is not valid'),
  131016: upstream('A service of Meta is unavailable'),
  131020: content('The group is not valid'),
  131021: recipient('The recipient is the sender'),
  131026: recipient('The message cannot be delivered to this recipient'),
  131030: recipient('The recipient is not on the list that a test number may write to'),
  131031: account('The account is locked'),
  131037: account('The display name of the phone number is not approved'),
  131041: content('The group cannot be messaged'),
  131042: account('There is a payment problem'),
  131045: account('The phone number is not registered properly'),
  131047: rule('window')('More than 24 hours have passed since the person last wrote'),
  131048: account('The phone number is restricted because messages were reported as spam'),
  131049: recipient('Meta held the message back for a healthy ecosystem; not before 24 hours'),
  131050: recipient('The recipient has stopped marketing messages'),
  131051: content('The message type is not supported'),
  131052: content('Media could not be downloaded'),
  131053: content('Media could not be uploaded'),
  131055: account('The method is not allowed'),
  131056: rule('pace-pair', true)('Too many messages to this recipient in a short time'),
  131057: rule('pace-number', true)('The account is in maintenance, such as an upgrade of its throughput'),
  131059: content('The group message is not supported'),
  131062: recipient('This message cannot go to a business-scoped user id'),
  131063: account('Marketing templates are turned off on the Cloud API'),
  131064: account('Limited for wrong template categories'),
  132000: template('The number of parameters does not match the template'),
  132001: template('The template does not exist in this language or is not approved'),
  132005: template('The filled-in text is too long'),
  132007: template('The template breaks the character policy'),
  132008: template('A parameter has a wrong name or format'),
  132012: template('A parameter has another format than in the template'),
  132015: template('The template is paused'),
  132016: template('The template is disabled'),
  132018: template('There is a fault in the template parameters'),
  132068: template('The flow is blocked'),
  132069: template('The flow is throttled'),
  133000: account('An earlier deregistration did not complete'),
  133004: upstream('The server is temporarily unavailable'),
  133005: account('The two-step PIN is wrong'),
  133006: account('The phone number has to be verified again'),
  133008: account('Too many guesses of the two-step PIN'),
  133009: account('The two-step PIN was entered too quickly'),
  133010: account('The phone number is not registered'),
  133015: account('The phone number was deleted a moment ago'),
  133016: account('Too many registrations in a short time'),
  134011: account('The payments terms were not accepted'),
  134100: template('Only marketing templates are taken there'),
  134101: template('The template is still being synchronised; 10 minutes'),
  134102: template('The template is not available there'),
  135000: content('Generic error, usually a fault in the request'),
  137000: recipient("The recipient's identity has changed"),
  1752041: account('The onboarding was asked for twice'),
  2494100: upstream('The account is in maintenance'),
};

/** Ranges of codes that share a rule: first code, last code (inclusive), rule. */
const RANGES: readonly (readonly [first: number, last: number, rule: GraphErrorRule])[] = [
  [200, 299, account('A permission was not granted or was removed')],
  [131200, 131299, content('Groups')],
  [138000, 138099, content('Calls')],
  [139000, 139099, template('Flows')],
  [139100, 139199, recipient('The block list')],
  [147001, 147099, account('User names')],
  [200005, 200007, template('Template insights')],
  [2388000, 2388999, template('Templates, and the migration of phone numbers')],
  [2593107, 2593108, account('Limits of synchronising contacts and history')],
];

const UNKNOWN = 'Not in the table';

/** The code as a label of metrics; 'other' for a code that is not in the table. */
export const codeLabel = ({ code }: Pick<GraphError, 'code'>): string =>
  GRAPH_ERROR_CODES[code] === undefined ? 'other' : String(code);

/** The rule of a refusal. For a code outside the table, Meta's `is_transient` decides, or else the HTTP status. */
export function ruleFor(error: GraphError): GraphErrorRule {
  const { code } = error;
  const known = GRAPH_ERROR_CODES[code] ?? RANGES.find(([first, last]) => first <= code && code <= last)?.[2];
  if (known !== undefined) return error.transient === true ? { ...known, retryable: true } : known;
  if (error.transient === true || error.httpStatus >= 500) return upstream(UNKNOWN);
  return content(UNKNOWN);
}

/**
 * Maximum attempts of a call that Meta refuses with this error, and the error code for clients after the last attempt.
 */
export function fateOf(error: GraphError): {
  readonly attempts: number;
  readonly answer: ScopeRule['answer'];
} {
  const { scope, retryable, attempts } = ruleFor(error);
  const ofScope = REFUSAL_SCOPES[retryable ? scopeOfRetries(scope) : scope];
  return { attempts: retryable ? (attempts ?? ofScope.attempts) : 1, answer: ofScope.answer };
}

/**
 * The scope that limits an error's retries: its own or, if that allows none but Meta calls the error transient,
 * `upstream`.
 */
const scopeOfRetries = (scope: RefusalScope): RefusalScope =>
  REFUSAL_SCOPES[scope].attempts > 1 ? scope : 'upstream';
