// Installs packages from PyPI that tests need, each set in a Python environment of its own in .cache.
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bootstrap.mjs';
import { say, step } from './say.mjs';

const run = promisify(execFile);

type Tools = {
  /** The name of the environment's directory in .cache. */
  readonly name: string;
  /** The title of the printed step that installs the packages. */
  readonly title: string;
  /** The begin of the warning if the packages cannot be installed: it says what is skipped. */
  readonly without: string;
  /** The requirements file that lists the packages. */
  readonly requirements: string;
  /** The oldest Python version that works. */
  readonly least: readonly [number, number];
};

export function pythonTools({ name, title, without, requirements, least }: Tools) {
  const dir = join(root, '.cache', name);
  const wanted = join(root, requirements);
  const marker = join(dir, 'requirements.txt');

  /** The path of the Python with these packages; undefined if `make` has not installed them. */
  const python = () =>
    existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(wanted, 'utf8')
      ? join(dir, 'bin', 'python')
      : undefined;

  /** Installs the packages if they are not up to date; if that is not possible, prints a warning that says what is skipped. */
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
