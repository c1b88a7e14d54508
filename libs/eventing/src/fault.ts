import { jittered, retryDelay } from './retry-delay.js';

/** 'passing': a retry may succeed. 'broken': no retry will. */
export type Fault = 'passing' | 'broken';

/** SQLSTATEs of the connection (Postgres, appendix A): 08 connection, 53 resources, 57P shutdown. */
const CONNECTION_STATE = /^(?:08...|53...|57P..)$/;

/** SQLSTATEs that pass as well: serialization failure, deadlock, idle transaction; {@link isTimeout}. */
const PASSING_STATE = /^(?:40001|40P01|25P03|57014|55P03)$/;

/** Cancelled by statement_timeout, or the lock was not available. */
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
  // A password is changed on one side first, and a token server may be down.
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

/** Whether the error, or one of its causes, is of the kind. */
function isOf(kind: (error: Coded) => boolean, error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return kind(error) || isOf(kind, error.cause);
}

/** Faults of Postgres, Kafka and the network pass; everything else is broken. Looks through `cause`. */
export function classifyFault(error: unknown): Fault {
  return isOf(passes, error) ? 'passing' : 'broken';
}

/** A statement timed out: Postgres is busy, or the statement itself is too slow. */
export function isTimeout(error: unknown): boolean {
  return isOf((coded) => has(coded, TIMEOUT_STATE), error);
}

/** How a failed batch is run again: not at all, in halves, or item by item. */
export type Division = 'none' | 'halves' | 'singles';

/**
 * How to divide a batch that met the fault, so that only the items that cause it fail. A connection fault fails all of
 * them. After a timeout each item runs alone: in halves, the slow one would time out at every division.
 */
export function divisionAfter(error: unknown): Division {
  if (isOf(ofConnection, error)) return 'none';
  return isTimeout(error) ? 'singles' : 'halves';
}

/** Delay before retry number `attempt` (from 1), in ms: 100, 200, 400 … 2,000, ± 20 %. */
export function backoff(attempt: number): number {
  return jittered(retryDelay(attempt, 100, 2_000));
}
