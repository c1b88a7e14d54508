import type { ProjectionsView } from '@wbiz/contracts/projection';

/** The lag, in records, from which a projection counts as behind; normal reading stays below it. */
const BEHIND = 1_000;

export type Verdict = { readonly look: 'good' | 'warn' | 'bad'; readonly faults: readonly string[] };

const count = (of: number, one: string, many: string) =>
  `${of.toLocaleString('en')} ${of === 1 ? one : many}`;

/** Whether all is well, or else what is not, in a few words, the worst first. */
export function verdictOf({ projections, unreachable }: ProjectionsView, deadLetters: number): Verdict {
  const halted = projections.flatMap(({ partitions }) => partitions.filter(({ halted }) => halted !== null));
  const parked = projections.flatMap(({ parked }) => parked);
  const behind = projections.filter(({ lag }) => lag >= BEHIND);
  const bad = [
    ...unreachable.map((service) => `${service} does not answer`),
    ...(halted.length ? [count(halted.length, 'partition stands still', 'partitions stand still')] : []),
    ...(parked.length ? [count(parked.length, 'account is parked', 'accounts are parked')] : []),
  ];
  const warn = [
    ...(deadLetters ? [count(deadLetters, 'dead letter waits', 'dead letters wait')] : []),
    ...behind.map(
      ({ service, projection, lag }) =>
        `${service} (${projection}) is ${count(lag, 'record', 'records')} behind`,
    ),
  ];
  return { look: bad.length ? 'bad' : warn.length ? 'warn' : 'good', faults: [...bad, ...warn] };
}
