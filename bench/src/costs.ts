import { add, grown, mapValues, type Amounts } from './amounts.ts';
import { cpuTimes, spent, type CpuTimes } from './cpu.ts';
import { procIsTold, type Pids } from './processes.ts';
import { openStatements, statementsBetween, type Reading, type Statement } from './statements.ts';
import type { Tally } from './tally.ts';
import { sleeps, wakeUps, type Sleeps } from './wake-ups.ts';

/** CPU seconds and wake-ups by process; `others`: CPU seconds of all other processes of the machine. Linux only. */
type MachineSpent = { readonly cpu: Amounts; readonly others: number; readonly wakeUps: Amounts };
/** `commits` and `calls` (of SQL statements): by process. `kafka`: requests to Kafka, by name of its API. */
type CountersSpent = {
  readonly commits: Amounts;
  readonly calls: Amounts;
  readonly walBytes: number;
  readonly kafka: Amounts;
  readonly statements: readonly Statement[];
};
export type Spent = Partial<MachineSpent> & CountersSpent;

type Machine = { readonly times: CpuTimes; readonly sleeps: Sleeps; readonly self: NodeJS.CpuUsage };
type Counters = Reading & { readonly tallies: Readonly<Record<string, Tally>> };

export type Costs = Awaited<ReturnType<typeof openCosts>>;

/**
 * Measures what work costs: call `begin(names)` before the work, and the function that `begin` resolves with after the work.
 * That function's `more` adds the CPU seconds of further processes, by name. The measurement's own CPU time is left out.
 */
export async function openCosts({
  databaseUrl,
  pids,
  tallyPortOf,
}: {
  readonly databaseUrl: string;
  readonly pids: () => Pids;
  readonly tallyPortOf: (name: string) => number | undefined;
}) {
  const statements = await openStatements(databaseUrl);

  const tallies = async (names: readonly string[]) => {
    const ports = names.map((name) => [name, tallyPortOf(name)] as const).filter(([, port]) => port);
    const told = async (port: number | undefined) =>
      (await (await fetch(`http://127.0.0.1:${port}`)).json()) as Tally;
    return Object.fromEntries(await Promise.all(ports.map(async ([name, port]) => [name, await told(port)])));
  };
  const counters = async (names: readonly string[]): Promise<Counters> => ({
    tallies: await tallies(names),
    ...(await statements.read()),
  });

  return {
    async begin(names: readonly string[]) {
      const all = pids();
      const measured = Object.fromEntries(names.map((name) => [name, all[name]!]));
      const countersBefore = await counters(names);
      const before = machine(measured);
      return async (more: Amounts = {}): Promise<Spent> => {
        const after = machine(measured);
        return {
          ...(before && after && machineBetween(before, after, more)),
          ...countersBetween(countersBefore, await counters(names)),
        };
      };
    },
    close: statements.close,
  };
}

const machine = (pids: Pids): Machine | undefined =>
  procIsTold ? { times: cpuTimes(pids), sleeps: sleeps(pids), self: process.cpuUsage() } : undefined;

/** Adds `reader`: the CPU seconds of this process, which mostly reads the feed while the load runs. */
function machineBetween(before: Machine, after: Machine, more: Amounts): MachineSpent {
  const { user, system } = after.self;
  const reader = (user + system - before.self.user - before.self.system) / 1e6;
  return {
    ...spent(before.times, after.times, { reader, ...more }),
    wakeUps: wakeUps(before.sleeps, after.sleeps),
  };
}

function countersBetween(before: Counters, after: Counters): CountersSpent {
  const statements = statementsBetween(before, after);
  const commitsOf = ({ tallies }: Counters) => mapValues(tallies, ({ commits }) => commits);
  const calls: Record<string, number> = {};
  for (const statement of statements) add(calls, statement.service, statement.calls);
  return {
    commits: grown(commitsOf(before), commitsOf(after)),
    calls,
    walBytes: after.wal - before.wal,
    kafka: grown(kafkaOf(before), kafkaOf(after)),
    statements,
  };
}

/** All processes' requests to Kafka, by name of Kafka's API. */
function kafkaOf({ tallies }: Counters): Amounts {
  const requests: Record<string, number> = {};
  for (const { kafka } of Object.values(tallies))
    for (const [api, count] of Object.entries(kafka)) add(requests, api, count);
  return requests;
}
