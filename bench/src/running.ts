import { once } from 'node:events';
import { foundIn, jobEnv, urlIn, type Found, type Jobs, type Server } from './jobs.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { startNode, type System } from '../../scripts/apps.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import type { Running } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import type { Wave } from '../../scripts/supervisor.ts';

/** Runs and stops the bench's processes. `envOf`: further environment variables of the measured servers. */
export function openRunning(system: System, envOf: (name: string) => NodeJS.ProcessEnv) {
  const running = new Map<string, Running>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined); // no unhandled rejection if no caller waits for it
  let stopping = false;

  /** Runs a script of this repository to its end; resolves with the lines that it printed. */
  const run = async (name: string, main: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
    const printed: string[] = [];
    const onLine = (line: string) => void printed.push(line);
    const started = await startNode(system, { main, instance: name, env, onLine });
    running.set(name, started);
    await once(started.child, 'close');
    running.delete(name);
    const how = await started.exited;
    if (how !== 'with exit code 0') throw new Error(`${name} ended ${how}:\n${printed.join('\n')}`);
    return printed;
  };

  return {
    pids: () => Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])),
    run,

    /** Registers a process that must run until `stop`: if it ends before, all work given to `orFailure` rejects. */
    keep<Kept extends Running>(name: string, started: Kept): Kept {
      running.set(name, started);
      void started.exited.then((how) => stopping || failure.reject(new Error(`${name} ended ${how}.`)));
      return started;
    },

    /** Resolves with the work's result, or rejects if a process registered by `keep` ends by itself. */
    orFailure: <T>(work: Promise<T>) => Promise.race([work, failure.promise]),

    /** Runs one of the bench's own processes to its end; resolves with the result that it printed. */
    async script<Name extends keyof Found>(name: Name, job: Jobs[Name]): Promise<Found[Name]> {
      const printed = await run(name, fileOf(name), jobEnv(name, job));
      return foundIn(name, printed.at(-1) ?? '');
    },

    /** Starts one of the bench's own servers, runs `use(url)`, and stops the server. */
    async during<Name extends Server, T>(name: Name, job: Jobs[Name], use: (url: string) => Promise<T>) {
      const url = Promise.withResolvers<string>();
      const started = await startNode(system, {
        main: fileOf(name),
        instance: name,
        env: { ...envOf(name), ...jobEnv(name, job) },
        onLine: (line) => {
          const told = urlIn(line);
          if (told !== undefined) url.resolve(told);
        },
      });
      running.set(name, started);
      void started.exited.then((how) => url.reject(new Error(`${name} ended ${how}.`)));
      try {
        return await use(await url.promise);
      } finally {
        await started.stop();
        running.delete(name);
      }
    },

    /** Stops all processes: first those that are in no wave, then one wave after another. */
    async stop(waves: readonly Wave[]): Promise<void> {
      stopping = true;
      const since = Date.now();
      const known = waves.flatMap(({ names }) => names);
      const others = [...running.keys()].filter((name) => !known.includes(name));
      for (const { names, byMs } of [{ names: others, byMs: 1_000 }, ...waves])
        await Promise.all(names.map(async (name) => running.get(name)?.stop(since + byMs - Date.now())));
    },
  };
}

const fileOf = (name: keyof Jobs) => `bench/src/${name}.ts`;
