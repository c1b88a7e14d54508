import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../say.mjs';

const run = promisify(execFile);

/** Downloads the jars of `scripts/embedded/<name>/pom.xml` into `dir` if it does not exist; returns the class path. */
export async function jarsOf(name: string, dir: string): Promise<string> {
  if (!existsSync(dir)) {
    const incoming = `${dir}.${process.pid}`;
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${incoming}`];
    const pom = join(import.meta.dirname, name, 'pom.xml');
    await run('mvn', ['-B', '-q', '-f', pom, ...goal]).catch(({ stdout, stderr }) => {
      throw new SetupError(`Maven could not fetch the jars of ${name}:\n${stdout}${stderr}`);
    });
    if (existsSync(dir)) rmSync(incoming, { recursive: true });
    else renameSync(incoming, dir);
  }
  return join(dir, '*');
}
