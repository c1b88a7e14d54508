// Finds promtool, which tests alerts: on the PATH, or in .cache, where Debian's package is unpacked; undefined if neither
// runs.
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = fileURLToPath(new URL('../.cache/promtool', import.meta.url));

const runs = async (file: string) => {
  try {
    await run(file, ['--version']);
    return true;
  } catch {
    return false; // the file does not exist, or is for another kind of machine
  }
};

export async function findPromtool(): Promise<string | undefined> {
  const unpacked = join(home, 'usr/bin/promtool');
  for (const file of ['promtool', unpacked]) if (await runs(file)) return file;
  try {
    await mkdir(home, { recursive: true });
    await run('apt-get', ['download', 'prometheus'], { cwd: home, timeout: 60_000 });
    const deb = (await readdir(home)).find((name) => name.endsWith('.deb'));
    if (deb) await run('dpkg-deb', ['-x', deb, '.'], { cwd: home });
  } catch {
    return undefined; // not a Debian machine, or no network
  }
  return (await runs(unpacked)) ? unpacked : undefined;
}
