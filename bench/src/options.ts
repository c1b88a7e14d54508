import { parseArgs } from 'node:util';
import { ROWS } from './rows.ts';
// @boundaries-ignore the bench tells faults as npm start does
import { SetupError } from '../../scripts/say.mjs';

export type Options = ReturnType<typeof options>;

const parsed = (words: readonly string[]) =>
  parseArgs({
    args: [...words],
    options: {
      seconds: { type: 'string', default: '5' },
      rows: { type: 'string', default: 'all' },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      together: { type: 'boolean', default: false },
      stored: { type: 'string', default: '0' },
      accounts: { type: 'string', default: '1' },
      replicas: { type: 'string', default: '1' },
      contacts: { type: 'string', default: '1000000' },
      campaigns: { type: 'string', default: '20000' },
    },
  }).values;

/** Parses the arguments of `npm run bench`. Throws a {@link SetupError} that says which values an option accepts. */
export function options(words: readonly string[]) {
  const values = orSetupError(() => parsed(words));
  const { only, profile, together } = values;
  const rows = rowsOf(values.rows);
  if (only !== undefined && only !== 'sends') throw new SetupError('--only takes sends.');
  const others = only === undefined;
  const people = others ? whole('contacts', values.contacts, 0, 10_000_000) : 0;
  const recipients = others ? Number(values.campaigns) : 0;
  if (recipients !== 0 && !isWhole(recipients, 1_000, 1_000_000))
    throw new SetupError('--campaigns takes 0 or a whole number from 1000 to 1000000.');
  const stored = whole('stored', values.stored, 0, 10_000_000);
  const accounts = whole('accounts', values.accounts, 1, 1_000);
  const replicas = whole('replicas', values.replicas, 1, 4);
  if (replicas > 1 && together)
    throw new SetupError('--replicas and --together exclude each other: what shares a process has one.');
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 60)) throw new SetupError('--seconds takes a number from 1 to 60.');
  return { seconds, rows, profile, together, people, recipients, stored, accounts, replicas, others };
}

function rowsOf(list: string) {
  const names = ROWS.map(({ name }) => name);
  const wanted = list === 'all' ? names : list.split(',');
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`--rows has ${unknown}; it takes some of ${names.join(',')}, or all.`);
  return ROWS.filter(({ name }) => wanted.includes(name));
}

function whole(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!isWhole(number, min, max))
    throw new SetupError(`--${name} takes a whole number from ${min} to ${max}.`);
  return number;
}

const isWhole = (number: number, min: number, max: number) =>
  Number.isInteger(number) && number >= min && number <= max;

/** Turns an error of `parse` into a {@link SetupError}, which is shown without a stack: the person can correct the arguments. */
function orSetupError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
}
