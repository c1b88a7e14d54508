// What tests take from PyPI, in a Python of their own in .cache.
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bootstrap.mjs';
import { say, step } from './say.mjs';

const run = promisify(execFile);

type Tools = {
  /** Of the directory in .cache. */
  readonly name: string;
  /** Of the step that makes them. */
  readonly title: string;
  /** What is skipped where they cannot be made. */
  readonly without: string;
  /** The file that names them. */
  readonly requirements: string;
  /** Version of Python. */
  readonly least: readonly [number, number];
};

export function pythonTools({ name, title, without, requirements, least }: Tools) {
  const dir = join(root, '.cache', name);
  const wanted = join(root, requirements);
  const marker = join(dir, 'requirements.txt');

  /** The Python that has them; undefined where {@link make} could not make it. */
  const python = () =>
    existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(wanted, 'utf8')
      ? join(dir, 'bin', 'python')
      : undefined;

  /** Makes them once; where there is no Python for it, says what is skipped. */
  const make = async () => {
    if (python()) return;
    const skipped = (why: string) => say.warn(`${without}: ${why}`);
    const isNewEnough = `import sys; print(sys.version_info >= (${least.join(', ')}))`;
    const { stdout } = await run('python3', ['-c', isNewEnough]).catch(() => ({ stdout: '' }));
    if (stdout.trim() !== 'True')
      return skipped(`there is no python3 of version ${least.join('.')} or newer.`);
    try {
      await step(title, async () => {
        rmSync(dir, { recursive: true, force: true });
        await run('python3', ['-m', 'venv', dir]);
        await run(join(dir, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', wanted]);
        writeFileSync(marker, readFileSync(wanted));
      });
    } catch (error) {
      const { stdout, stderr, message } = error as ExecFileException;
      const lines = `${stdout ?? ''}${stderr ?? message}`.trim().split('\n');
      skipped(`python3 cannot install what it takes: ${lines.at(-1)}`);
    }
  };
  return { python, make };
}
