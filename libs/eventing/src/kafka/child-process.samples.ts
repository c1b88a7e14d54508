import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_ON_SOURCES } from '@wbiz/testing/node-on-sources';

/** A process of its own that runs a TypeScript file; it is killed with the tests. `lines` is what it wrote so far. */
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
    /** Resolves with the exit code, null when a signal ended it. */
    exited: exited.then(([code]) => code as number | null),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
