import type { ProjectionsView } from '@wbiz/contracts/projection';
import { projectionWords, serviceName } from './service-words.js';

/** The lag, in records, from which a projection counts as behind; normal reading stays below it. */
const BEHIND = 1_000;

export type Verdict = {
  readonly look: 'good' | 'warn' | 'bad';
  readonly faults: readonly string[];
  /** The sections of docs/runbooks.md that say what to do. */
  readonly runbooks: readonly string[];
};

const count = (of: number, one: string, many: string) =>
  `${of.toLocaleString('en')} ${of === 1 ? one : many}`;

/** Whether all is well, or else what is not, in a few words, the worst first. */
export function verdictOf({ projections, unreachable }: ProjectionsView, deadLetters: number): Verdict {
  const halted = projections.flatMap(({ partitions }) => partitions.filter(({ halted }) => halted !== null));
  const parked = projections.flatMap(({ parked }) => parked);
  const behind = projections.filter(({ lag }) => lag >= BEHIND);
  const bad: readonly Finding[] = [
    ...unreachable.map((service): Finding => ['WbizServiceGone', `${serviceName(service)} does not answer`]),
    ...some(halted, 'WbizConsumerNotFetching', 'partition stands still', 'partitions stand still'),
    ...some(parked, 'WbizAccountsParked', 'account is parked', 'accounts are parked'),
  ];
  const warn: readonly Finding[] = [
    ...some({ length: deadLetters }, 'WbizDeadLetters', 'dead letter waits', 'dead letters wait'),
    ...behind.map((one): Finding => [
      'WbizProjectionBehind',
      `${projectionWords(one)}, ${count(one.lag, 'record', 'records')} behind`,
    ]),
  ];
  const found = [...bad, ...warn];
  return {
    look: bad.length ? 'bad' : warn.length ? 'warn' : 'good',
    faults: found.map(([, words]) => words),
    runbooks: [...new Set(found.map(([runbook]) => runbook))],
  };
}

type Finding = readonly [runbook: string, words: string];

const some = (
  { length }: { readonly length: number },
  runbook: string,
  one: string,
  many: string,
): Finding[] => (length > 0 ? [[runbook, count(length, one, many)]] : []);
