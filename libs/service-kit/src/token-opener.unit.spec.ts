import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createLogger } from './logging.js';
import { Secrets, UnsealFailed } from './sealing.js';
import { tokenOpener } from './token-opener.js';

const [key, before, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const stranger = new Secrets({ key: foreign });
type Line = { level: number; alarm?: boolean; accountId: string; msg: string };
let lines: (Line & { sealedWith: string; opensWith: string[] })[];
let open: ReturnType<typeof tokenOpener>;

beforeEach(() => {
  lines = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]);
  const logger = createLogger({ service: 'messaging', replica: '1', level: 'info', destination: { write } });
  const config = { TOKENS_KEY: key, TOKENS_KEY_PREVIOUS: [before] };
  open = tokenOpener({ config, logger } as Parameters<typeof tokenOpener>[0], 'its sends wait');
});
afterEach(() => void jest.restoreAllMocks());

const passes = (ms: number) => {
  const now = performance.now();
  jest.spyOn(performance, 'now').mockReturnValue(now + ms);
};
const refused = (accountId: string, sealed = stranger.seal('token', accountId)) =>
  expect(() => open(sealed, accountId)).toThrow(UnsealFailed);

it('opens what the present key or a previous one has sealed, and says nothing', () => {
  for (const one of [key, before])
    expect(open(new Secrets({ key: one }).seal('token', 'acc_1'), 'acc_1')).toBe('token');
  expect(lines).toEqual([]);
});

it('says of a token that it cannot open by which keys, for the operator, once a minute and account', () => {
  refused('acc_1');
  refused('acc_1');
  refused('acc_2');
  expect(lines).toMatchObject([
    { level: 50, alarm: true, accountId: 'acc_1', sealedWith: stranger.present },
    { accountId: 'acc_2' },
  ]);
  expect(lines[0]).toMatchObject({
    msg: 'sealed token: the access token of an account cannot be opened; its sends wait',
    opensWith: [new Secrets({ key }).present, new Secrets({ key: before }).present],
  });
  passes(59_000);
  refused('acc_1');
  expect(lines).toHaveLength(2);
  passes(2_000);
  refused('acc_1');
  expect(lines).toHaveLength(3);
});

it('says it at once of a token that did open in between, and of one that is no sealed text', () => {
  refused('acc_1');
  open(new Secrets({ key }).seal('token', 'acc_1'), 'acc_1');
  refused('acc_1', 'nonsense');
  expect(lines.map(({ accountId }) => accountId)).toEqual(['acc_1', 'acc_1']);
});
