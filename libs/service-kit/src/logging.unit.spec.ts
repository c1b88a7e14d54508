import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger, nestLogger } from './logging.js';

const SECRET_KEY = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=';

function logged(level: 'info' | 'trace' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = createLogger({
    service: 'messaging',
    replica: 'm-1',
    level,
    secrets: [SECRET_KEY],
    destination,
  });
  return { logger, lines, all: () => JSON.stringify(lines) };
}

it('names the service, the replica and the time', () => {
  const { logger, lines } = logged();
  logger.info('hello');
  expect(lines).toMatchObject([{ level: 30, service: 'messaging', replica: 'm-1', msg: 'hello' }]);
  expect(Date.parse(lines[0]!['time'] as string)).not.toBeNaN();
});

it.each([
  'authorization',
  'Authorization',
  'accessToken',
  'sealed_token',
  'SECRET_KEY',
  'apiKey',
  'x-hub-signature-256',
  'DATABASE_URL',
  'password',
  'cookie',
])('removes the value of %s, however deep, at every level', (name) => {
  const { logger, all } = logged('trace');
  for (const level of ['trace', 'info', 'error'] as const)
    logger[level]({ request: { headers: [{ [name]: 'open-sesame' }] } }, 'x');
  expect(all()).not.toContain('open-sesame');
  expect(all()).toContain('[removed]');
});

it.each([
  ['a bearer token', 'sent Authorization: Bearer abc.def-123', 'abc.def-123'],
  ["a customer's API key", 'key wa_live1_S3cr3tS3cr3t refused', 'S3cr3t'],
  ["Meta's access token", 'token EAAGm0PX4ZCpsBAKZBdQabcdefgh1234', 'EAAGm0PX'],
  ['a password in a URL', 'cannot reach postgres://messaging:hunter2@db:5432/wbiz', 'hunter2'],
  ['the SECRET_KEY', `read ${SECRET_KEY} from the environment`, SECRET_KEY],
])('removes %s from a text, a field and an error', (_, text, secret) => {
  const { logger, all } = logged();
  logger.info(text);
  logger.info({ note: text }, 'x');
  logger.error(new Error(text));
  expect(all()).not.toContain(secret);
});

it('shows phone numbers and bodies below info only', () => {
  const { logger, all, lines } = logged('trace');
  const entry = { to: '918899332211', body: 'see you at 8', message: { text: 'at 8' } };
  logger.debug(entry, 'to +918899332211');
  expect(lines.pop()).toMatchObject({ ...entry, msg: 'to +918899332211' });
  logger.info(entry, 'to +918899332211');
  logger.warn(entry);
  expect(all()).not.toMatch(/918899332211|at 8/);
});

it('shows type, message, stack and cause of an error, not the row it carries', () => {
  const { logger, lines, all } = logged();
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (to)=(private) exists',
  });
  logger.error({ err: new TypeError('failed', { cause }) }, 'x');
  expect(lines[0]).toMatchObject({ err: { type: 'TypeError', message: 'failed', cause: { code: '23505' } } });
  expect(all()).not.toContain('private');
});

it("keeps Nest's context and turns its chatter down", () => {
  const { logger, lines } = logged();
  const nest = nestLogger(() => logger);
  nest.log('Mapped {/} route', 'RouterExplorer');
  nest.log('listening', 'Gateway');
  nest.error('broken', 'Error: broken\n    at x', 'Gateway');
  nest.error(new Error('thrown'), 'ExceptionsHandler');
  expect(lines).toMatchObject([
    { level: 30, context: 'Gateway', msg: 'listening' },
    { level: 50, context: 'Gateway', msg: 'broken', details: [expect.stringContaining('at x')] },
    { level: 50, context: 'ExceptionsHandler', err: { message: 'thrown' } },
  ]);
});

describe('lines of one kind', () => {
  afterEach(() => void jest.useRealTimers());
  const begun = (level?: 'trace') => {
    jest.useFakeTimers();
    return logged(level);
  };
  const times = (count: number, line: (index: number) => void) =>
    Array.from({ length: count }, (_, index) => line(index));

  it('are written 20 times in 10 s; the rest are counted, and told once', () => {
    const { logger, lines } = begun();
    times(60_000, (index) => logger.warn({ index, err: new Error(`${index}`) }, 'bad signature'));
    logger.error('something else');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatchObject({ msg: 'something else' });
    jest.advanceTimersByTime(10_000);
    expect(lines.slice(21)).toMatchObject([
      {
        level: 40,
        leftOut: 59_980,
        kind: 'bad signature, Error',
        msg: 'log: lines of one kind left out; the next ones are written again',
      },
    ]);
    jest.advanceTimersByTime(60_000);
    logger.warn({ err: new Error('x') }, 'bad signature');
    expect(lines).toHaveLength(23);
  });

  it('are not told of where none was left out, and not counted below info', () => {
    const { logger, lines } = begun('trace');
    times(20, () => logger.child({ part: 1 }).info('up'));
    times(100, () => logger.debug('down'));
    jest.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(120);
  });

  it('have one context where Nest wrote them, whatever it says', () => {
    const { logger, lines } = begun();
    const nest = nestLogger(() => logger);
    times(1_000, (index) => nest.error(`no handler for ${index}`, 'Server'));
    times(1_000, (index) => nest.error(new TypeError(`${index}`), 'Server'));
    expect(lines).toHaveLength(40);
  });

  it('never hide the first alarm of an account', () => {
    const { logger, lines } = begun();
    const alarm = { alarm: true, projection: 'people' };
    times(1_000, (index) => logger.error({ ...alarm, accountId: 'acc_hostile', offset: index }, 'parked'));
    logger.error({ ...alarm, accountId: 'acc_other' }, 'parked');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatchObject({ accountId: 'acc_other' });
  });

  it('are counted in a bounded memory, whoever makes up their texts', () => {
    const { logger, lines } = begun();
    times(20_000, (index) => logger.info(`made up ${index}`));
    expect(lines).toHaveLength(10_020);
    expect(jest.getTimerCount()).toBe(10_001);
  });
});
