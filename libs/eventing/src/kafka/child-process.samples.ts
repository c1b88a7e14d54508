import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Lets Node run our TypeScript as it stands: `.js` imports find their `.ts`, `@wbiz/*` its source. */
const RUN_SOURCES = `
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
const { transformSync } = createRequire(process.cwd() + '/')('@swc/core');
const { exclude, ...swc } = JSON.parse(readFileSync('.swcrc', 'utf8'));
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !context.parentURL?.endsWith('.ts')) return next(specifier, context);
    return next(specifier.replace(/\\.js$/, '.ts'), context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const { code } = transformSync(readFileSync(new URL(url), 'utf8'), { ...swc, swcrc: false, sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
`;

/** A process of its own that runs a TypeScript file; it is killed with the tests. `lines` is what it wrote so far. */
export function runInChild(file: URL, args: readonly string[]) {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const loader = `data:text/javascript,${encodeURIComponent(RUN_SOURCES)}`;
  const child = spawn('node', ['--conditions=source', `--import=${loader}`, fileURLToPath(file), ...args], {
    cwd: root,
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
