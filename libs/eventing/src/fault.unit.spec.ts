import { expect, it } from '@jest/globals';
import { backoff, classifyFault, divisionAfter, isTimeout } from './fault.js';

const withCode = (code: string) => Object.assign(new Error('it failed'), { code });
const named = (name: string, more = {}) => Object.assign(new Error('it failed'), { name, ...more });

it.each([
  ['Postgres shut down', withCode('57P01')],
  ['Postgres starts up', withCode('57P03')],
  ['connection failure', withCode('08006')],
  ['too many connections', withCode('53300')],
  ['disk full', withCode('53100')],
  ['serialization failure', withCode('40001')],
  ['deadlock', withCode('40P01')],
  ['statement timeout', withCode('57014')],
  ['refused', withCode('ECONNREFUSED')],
  ['reset', withCode('ECONNRESET')],
  ['happy eyeballs in vain', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
  ['pool exhausted', new Error('timeout exceeded when trying to connect')],
  ['connection cut', new Error('Connection terminated unexpectedly')],
  ['wrapped', new Error('query failed', { cause: withCode('57P01') })],
  ['Kafka, retriable', named('KafkaJSProtocolError', { retriable: true })],
  ['Kafka, given up', named('KafkaJSNumberOfRetriesExceeded', { retriable: false })],
  ['peer away', named('PeerUnavailable')],
  ['aborted by time', AbortSignal.abort(named('TimeoutError')).reason],
])('passes: %s', (_, error) => {
  expect(classifyFault(error)).toBe('passing');
});

it.each([
  ['a bug', new TypeError("Cannot read properties of undefined (reading 'x')")],
  ['unique violation', withCode('23505')],
  ['syntax error in SQL', withCode('42601')],
  ['bad text', withCode('22P05')],
  ['a constraint whose code begins alike', withCode('080')],
  ['message too large', named('KafkaJSProtocolError', { retriable: false })],
  ['no error at all', 'ECONNREFUSED'],
  ['nothing', undefined],
])('is broken: %s', (_, error) => {
  expect(classifyFault(error)).toBe('broken');
});

it.each([
  ['connection failure', withCode('08006'), 'none'],
  ['disk full', withCode('53100'), 'none'],
  ['Postgres shut down', withCode('57P01'), 'none'],
  ['a socket, wrapped', new Error('query failed', { cause: withCode('ECONNRESET') }), 'none'],
  ['connection cut', new Error('Connection terminated unexpectedly'), 'none'],
  ['statement timeout', withCode('57014'), 'singles'],
  ['lock timeout', withCode('55P03'), 'singles'],
  ['an index row that is too large', withCode('54000'), 'halves'],
  ['a deadlock', withCode('40P01'), 'halves'],
  ['a peer away', named('PeerUnavailable'), 'halves'],
  ['a bug', new TypeError('oops'), 'halves'],
])('divides a batch as the fault asks: %s', (_, error, division) => {
  expect(divisionAfter(error)).toBe(division);
  expect(isTimeout(error)).toBe(division === 'singles');
});

it('waits longer and longer, up to 2.4 s', () => {
  expect(backoff(1)).toBeLessThanOrEqual(120);
  expect(backoff(4)).toBeGreaterThanOrEqual(640);
  expect(backoff(1_000)).toBeGreaterThanOrEqual(1_600);
  expect(backoff(1_000)).toBeLessThanOrEqual(2_400);
});
