import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_ON_SOURCES } from '@wbiz/testing/node-on-sources';

/** Runs a TypeScript file in a child process. `lines`: the lines that it has written to stdout so far. */
export function runInChild(file: URL, args: readonly string[]) {
  const child = spawn(process.execPath, [...NODE_ON_SOURCES, fileURLToPath(file), ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit');
  return {
    lines,
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves to the exit code, or to null if a signal ended the process. */
    exited: exited.then(([code]) => code as number | null),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
