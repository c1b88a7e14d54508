import { ROWS } from './rows.mjs';
import { ms, short, sumOf, table, whole } from './table.mjs';

const SURROUNDINGS = ['simulator', 'load generator', 'reader'];
const LEAST = 0.05;

/** Prints times and costs of sends, ours beside the floor's. */
export function reportSends({ sends: { ours, floor, simulator, idle, memory }, machine: { cores } }) {
  const rows = ROWS.filter(({ name }) => ours[name]);
  if (rows.length === 0) return;
  console.log();
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
    ...rows.map((row) => rates(row, ours[row.name], floor[row.name])),
  ]);
  const paced = ours['200/s'];
  if (paced && simulator)
    console.log(
      `\n200 a second: p99 ${ms(paced.p99)} ms, of the simulator alone ${ms(simulator.p99)} ms: ${ms(paced.p99 - simulator.p99)} ms above it`,
    );
  costs('ours', rows, ours, idle);
  costs(
    'the floor',
    rows.filter(({ name }) => floor[name]),
    floor,
  );
  if (!idle.spent.cpu) return;
  const shares = Object.entries(idle.spent.cpu).map(([name, used]) => [name, (used / idle.seconds) * 100]);
  const share = Object.fromEntries(shares.filter(([name]) => memory[name]));
  console.log();
  table([
    ['at rest', '% of a core', 'MiB after load'],
    ...byWeight(memory).map((name) => [name, share[name].toFixed(1), whole(memory[name])]),
    ['all of these', sumOf(share).toFixed(1), whole(sumOf(memory))],
  ]);
  const busy = ({ spent, spanUs: [from, to] }) => (sumOf(spent.cpu) * 1e6) / (to - from);
  const others = ({ spent, spanUs: [from, to] }) => (spent.others * 1e6) / (to - from);
  console.log();
  table([
    [`busy, of ${cores} cores`, ...rows.map(({ name }) => name)],
    ['all of these', ...rows.map(({ name }) => busy(ours[name]).toFixed(2))],
    ['others on this machine', ...rows.map(({ name }) => others(ours[name]).toFixed(2))],
  ]);
}

function rates({ title, paced }, own, bare) {
  const times = (row) => (row ? [whole(row.perSecond), ms(row.p50), ms(row.p99)] : ['', '', '']);
  const through = (row) => (row && !paced ? whole(row.throughPerSecond) : '');
  const ratio = bare ? (own.throughPerSecond / bare.throughPerSecond).toFixed(3) : '';
  return [title, ...times(bare), ...times(own), through(own), through(bare), ratio];
}

/** Prints the costs per send by row, and per second at rest. */
function costs(title, rows, found, idle) {
  if (rows.length === 0) return;
  const measured = rows.map(({ name }) => ({ spent: found[name].spent, count: found[name].checks.through }));
  if (idle) measured.unshift({ spent: idle.spent, count: idle.seconds });
  const lines = (what, pick, withParts = true) => {
    const each = measured.map(({ spent, count }) => mapValues(pick(spent), (cost) => cost / count));
    const line = (name, of) => [name, ...each.map((one) => short(of(one)))];
    const parts = byWeight(...each).filter((name) => each.some((one) => one[name] >= LEAST));
    return [
      line(what, sumOf),
      ...(withParts ? parts.map((name) => line(`  ${name}`, (one) => one[name])) : []),
    ];
  };
  const ofSends = (byName) =>
    Object.fromEntries(Object.entries(byName).filter(([name]) => !SURROUNDINGS.includes(name)));
  console.log();
  table([
    [`${title}, a send`, ...(idle ? ['idle, a second'] : []), ...rows.map(({ name }) => name)],
    ...(measured[0].spent.cpu
      ? [
          ...lines('CPU ms', ({ cpu }) => mapValues(cpu, (used) => used * 1_000)),
          ...lines(
            '  without simulator and load',
            ({ cpu }) => mapValues(ofSends(cpu), (used) => used * 1_000),
            false,
          ),
          ...lines('wake-ups', ({ wakeUps }) => wakeUps),
        ]
      : []),
    ...lines('commits', ({ commits }) => commits),
    ...lines('statements', ({ calls }) => calls),
    ...lines('WAL, kB', ({ walBytes }) => ({ all: walBytes / 1_000 }), false),
    ...(idle ? lines('Kafka requests', ({ kafka }) => kafka) : []),
  ]);
}

const mapValues = (byName, change) =>
  Object.fromEntries(Object.entries(byName).map(([name, value]) => [name, change(value)]));

/** All names, the most expensive first. */
function byWeight(...each) {
  const weight = (name) => each.reduce((sum, one) => sum + (one[name] ?? 0), 0);
  const names = new Set(each.flatMap((one) => Object.keys(one)));
  return [...names].toSorted((one, other) => weight(other) - weight(one));
}
