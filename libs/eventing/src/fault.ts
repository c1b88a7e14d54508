import { jittered, retryDelay } from './retry-delay.js';

/** Whether waiting mends it ('passing') or never will ('broken'). */
export type Fault = 'passing' | 'broken';

/** SQLSTATEs of the connection (Postgres, appendix A): 08 connection, 53 resources, 57P shutdown. */
const CONNECTION_STATE = /^(?:08...|53...|57P..)$/;

/** SQLSTATEs that pass as well: serialization failure, deadlock, idle transaction; {@link isTimeout}. */
const PASSING_STATE = /^(?:40001|40P01|25P03|57014|55P03)$/;

/** Canceled by statement_timeout, or a lock was not to be had. */
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
]);

/** What pg and pg-pool throw without a code (pg 8: client.js; pg-pool: index.js). */
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

/** Whether the error, or one that caused it, is of the kind. */
function isOf(kind: (error: Coded) => boolean, error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return kind(error) || isOf(kind, error.cause);
}

/** Tells faults of Postgres, Kafka and the network, which pass, from everything else. Looks through `cause`. */
export function classifyFault(error: unknown): Fault {
  return isOf(passes, error) ? 'passing' : 'broken';
}

/** A statement took too long: because Postgres is busy, or because of what it was asked. */
export function isTimeout(error: unknown): boolean {
  return isOf((coded) => has(coded, TIMEOUT_STATE), error);
}

/** What becomes of a batch that failed: it has failed for all, or is run again in parts. */
export type Division = 'none' | 'halves' | 'singles';

/**
 * How a batch that met the fault is run again, so that it stays with the items it comes of. A fault of the connection
 * is everybody's. After a timeout each runs alone: by halves the one that takes too long would do so at every division.
 */
export function divisionAfter(error: unknown): Division {
  if (isOf(ofConnection, error)) return 'none';
  return isTimeout(error) ? 'singles' : 'halves';
}

/** How long to wait before try number `attempt` (1: the first repetition), in ms: 100, 200, 400 … 2,000, ± 20 %. */
export function backoff(attempt: number): number {
  return jittered(retryDelay(attempt, 100, 2_000));
}
