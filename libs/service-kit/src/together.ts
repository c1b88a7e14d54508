import { environmentOf, InvalidConfig, readConfig } from './config.js';
import { runServices, type ServiceOptions } from './run-service.js';
import { TOGETHER_SETTINGS } from './settings.js';

/** Runs the services of WBIZ_TOGETHER as one process, to save memory on a small machine. */
async function main() {
  const { WBIZ_TOGETHER: names } = readConfig(TOGETHER_SETTINGS, process.env);
  const services = names.map(async (name) => {
    // Imported by path, since no library may depend on an app.
    const app = new URL(`../../../apps/${name}/dist/${name}.service.js`, import.meta.url);
    const { [name.toUpperCase()]: options } = (await import(app.href)) as Record<string, ServiceOptions>;
    return { options: options!, env: environmentOf(name, process.env) };
  });
  await runServices(await Promise.all(services));
}

await main().catch((error: unknown) => {
  if (!(error instanceof InvalidConfig)) throw error;
  process.stderr.write(`The services cannot start. ${error.message}\n`);
  process.exitCode = 1;
});
