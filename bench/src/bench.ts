// npm run bench [-- --seconds 5] [--rows 1,128] [--only sends] [--contacts 1000000] [--campaigns 20000] [--profile] [--together] [--accounts 100] [--replicas 2] [--stored 1000000]: see bench/README.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from './faults.ts';
import { openInstallation } from './installation.ts';
import { measure } from './measure.ts';
import { options } from './options.ts';
import { summariseProfile, summariseStatements } from './profile.ts';
import { report } from './report.ts';
// @boundaries-ignore the bench sets itself up as npm start does
import { root } from '../../scripts/bootstrap.mjs';
// @boundaries-ignore the bench sets itself up as npm start does
import { requireJava } from '../../scripts/embedded/java.mjs';
// @boundaries-ignore the bench sets itself up as npm start does
import { say, SetupError } from '../../scripts/say.mjs';

const told = options(process.argv.slice(2));
await requireJava();
const results = join(root, 'bench', 'results');
const home = join(results, 'run');
const figuresFile = join(results, 'latest.json');
mkdirSync(results, { recursive: true });
const ours = await openInstallation({
  home,
  nodeOptions: (name) =>
    told.profile ? `--cpu-prof --cpu-prof-dir=${results} --cpu-prof-name=${name}.cpuprofile` : '',
  together: told.together,
  replicas: told.replicas,
});
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
    process.on(signal, () => reject(new SetupError(`Ended by ${signal}.`)));
});
const found = await Promise.race([measure(ours, told), interrupted]).finally(() => ours.stop());
writeFileSync(figuresFile, `${JSON.stringify(found, null, 2)}\n`);
report(found);
if (told.profile) {
  const profileOf = (name: string) => join(results, `${name}.cpuprofile`);
  for (const name of ours.services) summariseProfile(name, profileOf(name), found.sends.ours);
  summariseProfile('floor', profileOf('floor'), found.sends.floor);
  summariseStatements(found.sends.ours);
}
for (const [line, count] of ours.logged) say.warn(`logged ${count} times by ${line}`);
const faults = faultsOf(found);
for (const fault of faults) say.failed(fault);
if (faults.length === 0) {
  rmSync(home, { recursive: true });
  say.done(`Every send arrived once. All figures: ${figuresFile}`);
}
process.exit(faults.length ? 1 : 0);
