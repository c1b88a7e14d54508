import { byWeight, mapValues, sumOf, type Amounts } from './amounts.ts';
import type { Spent } from './costs.ts';
import type { Idle } from './idle.ts';
import type { Figures } from './measure.ts';
import { ROWS } from './rows.ts';
import type { SendFigures } from './sends.ts';
import { ms, short, table, whole } from './table.ts';

const SURROUNDINGS = ['simulator', 'load generator', 'reader'];
const LEAST = 0.05;

/** A measured row: WBIZ's figures (`own`), and the floor's (`bare`) unless the floor was not measured. */
type Measured = {
  readonly name: string;
  readonly title: string;
  readonly paced: boolean;
  readonly own: SendFigures;
  readonly bare: SendFigures | undefined;
};
/** A column of costs: what was spent on `count` sends, or in `count` seconds without work. */
type Column = { readonly name: string; readonly spent: Spent; readonly count: number };

/** Prints times and costs of sends, WBIZ's beside the floor's. */
export function reportSends({ sends: { ours, floor, simulator, idle, memory }, machine }: Figures): void {
  const rows = ROWS.flatMap(({ name, title, paced }): Measured[] => {
    const own = ours[name];
    return own ? [{ name, title, paced: paced !== undefined, own, bare: floor[name] }] : [];
  });
  if (rows.length === 0) return;
  rates(rows);
  const paced = ours['200/s'];
  if (paced && simulator) {
    const [all, alone] = [paced.p99 ?? NaN, simulator.p99 ?? NaN];
    console.log(
      `\n200 a second: p99 ${ms(all)} ms, of the simulator alone ${ms(alone)} ms: a difference of ${ms(all - alone)} ms`,
    );
  }
  const columnOf = (name: string, { spent, checks: { through } }: SendFigures): Column => ({
    name,
    spent,
    count: through,
  });
  costs(
    'ours',
    rows.map(({ name, own }) => columnOf(name, own)),
    idle,
  );
  costs(
    'the floor',
    rows.flatMap(({ name, bare }) => (bare ? [columnOf(name, bare)] : [])),
  );
  if (!idle.spent.cpu) return;
  atRest(idle.spent.cpu, idle.seconds, memory);
  busy(rows, machine.cores);
}

function rates(rows: readonly Measured[]): void {
  const times = (row: SendFigures | undefined) =>
    row ? [whole(row.perSecond), ms(row.p50), ms(row.p99)] : ['', '', ''];
  table([
    [
      'sends',
      'floor',
      'p50 ms',
      'p99 ms',
      'ours',
      'p50 ms',
      'p99 ms',
      'all through',
      'floor’s',
      'ours ÷ floor',
    ],
    ...rows.map(({ title, paced, own, bare }) => {
      const through = (row: SendFigures | undefined) => (row && !paced ? whole(row.throughPerSecond) : '');
      const ratio = bare ? (own.throughPerSecond / bare.throughPerSecond).toFixed(3) : '';
      return [title, ...times(bare), ...times(own), through(own), through(bare), ratio];
    }),
  ]);
}

/** Prints the costs per send of each row, and per second without work. */
function costs(title: string, sends: readonly Column[], idle?: Idle): void {
  if (sends.length === 0) return;
  const rest = idle ? [{ name: 'idle, a second', spent: idle.spent, count: idle.seconds }] : [];
  const columns = [...rest, ...sends];
  /** A line with the sums, and a line for each part that costs at least LEAST per send in one of the columns. */
  const lines = (what: string, pick: (spent: Spent) => Amounts, withParts = true) => {
    const each = columns.map(({ spent, count }) => mapValues(pick(spent), (cost) => cost / count));
    const line = (name: string, of: (one: Amounts) => number) => [name, ...each.map((one) => short(of(one)))];
    const parts = byWeight(...each).filter((name) => each.some((one) => (one[name] ?? 0) >= LEAST));
    return [
      line(what, sumOf),
      ...(withParts ? parts.map((name) => line(`  ${name}`, (one) => one[name] ?? 0)) : []),
    ];
  };
  const cpuMs = ({ cpu = {} }: Spent) => mapValues(cpu, (seconds) => seconds * 1_000);
  const ofSends = (byName: Amounts): Amounts =>
    Object.fromEntries(Object.entries(byName).filter(([name]) => !SURROUNDINGS.includes(name)));
  table([
    [`${title}, a send`, ...columns.map(({ name }) => name)],
    ...(columns[0]?.spent.cpu
      ? [
          ...lines('CPU ms', cpuMs),
          ...lines('  without simulator and load', (spent) => ofSends(cpuMs(spent)), false),
          ...lines('wake-ups', ({ wakeUps = {} }) => wakeUps),
        ]
      : []),
    ...lines('commits', ({ commits }) => commits),
    ...lines('statements', ({ calls }) => calls),
    ...lines('WAL, kB', ({ walBytes }) => ({ all: walBytes / 1_000 }), false),
    ...(idle ? lines('Kafka requests', ({ kafka }) => kafka) : []),
  ]);
}

/** Prints each process's share of a core without work, and its memory. */
function atRest(cpu: Amounts, seconds: number, memory: Amounts): void {
  const share = mapValues(memory, (_, name) => ((cpu[name] ?? 0) / seconds) * 100);
  table([
    ['at rest', '% of a core', 'MiB after load'],
    ...byWeight(memory).map((name) => [name, share[name]!.toFixed(1), whole(memory[name]!)]),
    ['all of these', sumOf(share).toFixed(1), whole(sumOf(memory))],
  ]);
}

/** Prints how many cores were busy on average in each row. */
function busy(rows: readonly Measured[], cores: number): void {
  const coresOf = (cpuSeconds: number, [from, to]: SendFigures['spanUs']) =>
    ((cpuSeconds * 1e6) / (to - from)).toFixed(2);
  table([
    [`busy, of ${cores} cores`, ...rows.map(({ name }) => name)],
    ['all of these', ...rows.map(({ own }) => coresOf(sumOf(own.spent.cpu ?? {}), own.spanUs))],
    ['others on this machine', ...rows.map(({ own }) => coresOf(own.spent.others ?? 0, own.spanUs))],
  ]);
}
