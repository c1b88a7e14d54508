import { jittered, retryDelay } from './retry-delay.js';

/** Whether waiting mends it ('passing') or never will ('broken'). */
export type Fault = 'passing' | 'broken';

/**
 * SQLSTATEs that pass (Postgres, appendix A): 08 connection, 53 resources, 57P shutdown, serialization failure,
 * deadlock, and the timeouts of statement, lock and idle transaction.
 */
const PASSING_STATE = /^(?:08...|53...|57P..|40001|40P01|57014|55P03|25P03)$/;

const PASSING_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EMFILE', 'ENFILE', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'],
  ...['UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
]);

const PASSING_NAMES = new Set([
  'TimeoutError',
  'PeerUnavailable',
  'NotCaughtUp',
  'KafkaJSNumberOfRetriesExceeded',
  // A password is changed on one side first, and a server of tokens goes down.
  'KafkaJSSASLAuthenticationError',
  'TokenUnavailable',
]);

/** What pg and pg-pool throw without a code (pg 8: client.js; pg-pool: index.js). */
const PASSING_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
];

/** Tells faults of Postgres, Kafka and the network, which pass, from everything else. Looks through `cause`. */
export function classifyFault(error: unknown): Fault {
  if (!(error instanceof Error)) return 'broken';
  const { code, retriable } = error as Error & { code?: unknown; retriable?: unknown };
  const passing =
    PASSING_NAMES.has(error.name) ||
    (typeof code === 'string' && (PASSING_CODES.has(code) || PASSING_STATE.test(code))) ||
    (error.name.startsWith('KafkaJS') && retriable === true) ||
    PASSING_MESSAGES.some((message) => error.message.startsWith(message));
  if (passing) return 'passing';
  return error.cause === undefined ? 'broken' : classifyFault(error.cause);
}

/** How long to wait before try number `attempt` (1: the first repetition), in ms: 100, 200, 400 … 2,000, ± 20 %. */
export function backoff(attempt: number): number {
  return jittered(retryDelay(attempt, 100, 2_000));
}
