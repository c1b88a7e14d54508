import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './bootstrap.mjs';
import { endLeftOver } from './embedded/launch.ts';

/** The folder in which `npm start` keeps data, keys, logs and pid files. */
export const home = resolve(process.env.WBIZ_HOME ?? join(root, '.wbiz'));
export const file = (name: string) => join(home, name);
export const logFile = (name: string) => file(`logs/${name}.log`);

/** Ends what a killed run has left running, renames old logs and deletes demo.json, or all if `fresh`. Throws if a run is up. */
export async function tidyUp(fresh: boolean): Promise<void> {
  makeHome();
  mkdirSync(file('run'), { recursive: true });
  for (const name of readdirSync(file('run')))
    if (name.endsWith('.pid')) await endLeftOver(file(`run/${name}`));
  if (fresh) {
    rmSync(home, { recursive: true });
    makeHome();
  }
  mkdirSync(file('logs'), { recursive: true });
  for (const name of readdirSync(file('logs')))
    if (name.endsWith('.log')) renameSync(file(`logs/${name}`), file(`logs/${name}.previous`));
  rmSync(file('demo.json'), { force: true });
}

/** Only the owner may read the folder, since it holds keys, messages and media. Earlier versions let everybody read it. */
function makeHome() {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
}

export const readJson = (name: string) =>
  existsSync(file(name)) ? JSON.parse(readFileSync(file(name), 'utf8')) : undefined;

export function writeJson(name: string, value: object): void {
  const incoming = file(`${name}.incoming`);
  writeFileSync(incoming, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(incoming, file(name));
}
