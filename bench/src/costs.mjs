import { cpuSeconds, spent } from './cpu.mjs';
import { procIsTold } from './processes.mjs';
import { openStatements, statementsBetween } from './statements.mjs';
import { sleeps, wakeUps } from './wake-ups.mjs';

/**
 * Measures the costs of work: call `begin(names)` before it, and the function it resolves with after it; `more` adds CPU
 * seconds of others by name. CPU and wake-ups by process on Linux only. The CPU figures leave out the reading itself.
 */
export async function openCosts(ours) {
  const statements = await openStatements(ours.system);

  const tallies = async (names) => {
    const tallied = names.filter((name) => ours.system.ports[name]?.BENCH_TALLY);
    const told = async (name) =>
      (await fetch(`http://127.0.0.1:${ours.system.ports[name].BENCH_TALLY}`)).json();
    return Object.fromEntries(await Promise.all(tallied.map(async (name) => [name, await told(name)])));
  };
  const counters = async (names) => ({ tallies: await tallies(names), ...(await statements.read()) });
  const machine = (pids) =>
    procIsTold && { cpu: cpuSeconds(pids), sleeps: sleeps(pids), self: process.cpuUsage() };

  return {
    async begin(names) {
      const all = ours.pids();
      const pids = Object.fromEntries(names.map((name) => [name, all[name]]));
      const countersBefore = await counters(names);
      const before = machine(pids);
      return async (more = {}) => {
        const after = machine(pids);
        return {
          ...(after && machineBetween(before, after, more)),
          ...countersBetween(countersBefore, await counters(names)),
        };
      };
    },
    close: statements.close,
  };
}

/** `reader`: this process, which meanwhile mostly reads the feed. */
function machineBetween(before, after, more) {
  const { user, system } = after.self;
  const reader = (user + system - before.self.user - before.self.system) / 1e6;
  const { others, ...cpu } = spent(before.cpu, after.cpu, { reader, ...more });
  return { cpu, others, wakeUps: wakeUps(before.sleeps, after.sleeps) };
}

function countersBetween(before, after) {
  const statements = statementsBetween(before, after);
  const kafka = {};
  const commits = {};
  for (const [name, tally] of Object.entries(after.tallies)) {
    const known = before.tallies[name];
    commits[name] = tally.commits - known.commits;
    for (const [api, count] of Object.entries(tally.kafka))
      kafka[api] = (kafka[api] ?? 0) + count - (known.kafka[api] ?? 0);
  }
  const byService = Object.groupBy(statements, ({ service }) => service);
  const callsOf = (list) => list.reduce((sum, { calls }) => sum + calls, 0);
  return {
    commits,
    calls: Object.fromEntries(Object.entries(byService).map(([name, list]) => [name, callsOf(list)])),
    walBytes: after.wal - before.wal,
    kafka,
    statements,
  };
}
