import { jittered, retryDelay } from './retry-delay.js';

/** 'passing': a retry may succeed. 'broken': no retry will. */
export type Fault = 'passing' | 'broken';

/** SQLSTATEs of an unusable connection (Postgres docs, appendix A): 08 connection, 53 resources, 57P shutdown. */
const CONNECTION_STATE = /^(?:08...|53...|57P..)$/;

/** Other SQLSTATEs that may pass: serialization failure, deadlock, idle transaction timeout, and {@link isTimeout}. */
const PASSING_STATE = /^(?:40001|40P01|25P03|57014|55P03)$/;

/** SQLSTATEs of a statement cancelled by statement_timeout, and of a lock not available in time. */
const TIMEOUT_STATE = /^(?:57014|55P03)$/;

const SOCKET_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'ENFILE', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'],
  ...['UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
]);

const PASSING_NAMES = new Set([
  'TimeoutError',
  'PeerUnavailable',
  'NotCaughtUp',
  'Overtaken',
  'KafkaJSNumberOfRetriesExceeded',
  // Both may pass: a password changes on one side first, and a token server may be down.
  'KafkaJSSASLAuthenticationError',
  'TokenUnavailable',
]);

/** Errors that pg and pg-pool throw without a code (pg 8: client.js; pg-pool: index.js). */
const CONNECTION_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
];

type Coded = Error & { readonly code?: unknown; readonly retriable?: unknown };
const has = ({ code }: Coded, states: RegExp) => typeof code === 'string' && states.test(code);

const ofConnection = (error: Coded): boolean =>
  has(error, CONNECTION_STATE) ||
  SOCKET_CODES.has(String(error.code)) ||
  CONNECTION_MESSAGES.some((message) => error.message.startsWith(message));

const passes = (error: Coded): boolean =>
  ofConnection(error) ||
  has(error, PASSING_STATE) ||
  PASSING_NAMES.has(error.name) ||
  (error.name.startsWith('KafkaJS') && error.retriable === true);

/** Whether `kind` is true of the error or of one of its causes. */
function isOf(kind: (error: Coded) => boolean, error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return kind(error) || isOf(kind, error.cause);
}

/**
 * 'passing' for temporary faults of Postgres, Kafka or the network, also as a `cause`; 'broken' for all other errors.
 */
export function classifyFault(error: unknown): Fault {
  return isOf(passes, error) ? 'passing' : 'broken';
}

/** Whether a Postgres statement timed out: Postgres is busy, or the statement itself is too slow. */
export function isTimeout(error: unknown): boolean {
  return isOf((coded) => has(coded, TIMEOUT_STATE), error);
}

/** How a failed batch is run again: not at all, in halves, or item by item. */
export type Division = 'none' | 'halves' | 'singles';

/**
 * How to divide a batch that failed with `error`, so that in the end only the faulty items fail. A connection fault
 * fails the whole batch. After a timeout each item runs alone: in halves, the slow item would time out at every
 * division.
 */
export function divisionAfter(error: unknown): Division {
  if (isOf(ofConnection, error)) return 'none';
  return isTimeout(error) ? 'singles' : 'halves';
}

/** Delay before retry number `attempt` (from 1), in ms: 100, 200, 400 … 2,000, ± 20 %. */
export function backoff(attempt: number): number {
  return jittered(retryDelay(attempt, 100, 2_000));
}
