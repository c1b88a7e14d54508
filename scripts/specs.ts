// npm run specs: writes all files that are generated from the code: the OpenAPI and AsyncAPI documents, the SDK's types, the
// tables of settings and metrics, the dashboards, the chart's copies of topics, rights, alerts and dashboards. With --check
// writes nothing, and fails if one of these files other than the two documents is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, root } from './bootstrap.mjs';
import { chartFiles, writeChartFiles } from './chart-files.ts';
import { say } from './say.mjs';
import { sdkTypes } from './sdk-types.ts';

await build();
const check = process.argv.includes('--check');
const dist = (file: string) => import(new URL(`../${file}`, import.meta.url).href);

const [
  { settingsMarkdown },
  { SERVICE_SETTINGS, PROVISION_SETTINGS, TOGETHER_SETTINGS },
  gateway,
  messaging,
  templates,
  webhooks,
  campaigns,
] = await Promise.all([
  dist('libs/service-kit/dist/config.js'),
  dist('libs/service-kit/dist/settings.js'),
  dist('apps/gateway/dist/gateway.settings.js'),
  dist('apps/messaging/dist/messaging.settings.js'),
  dist('apps/templates/dist/templates.settings.js'),
  dist('apps/webhooks/dist/webhooks.settings.js'),
  dist('apps/campaigns/dist/campaigns.settings.js'),
]);
const { REPLICA, ...service } = SERVICE_SETTINGS;
const settings = [
  settingsMarkdown({ ...service, REPLICA: { ...REPLICA, fallback: 'host, process id and a random part' } }),
  'The gateway also reads',
  settingsMarkdown(gateway.SETTINGS),
  'and messaging',
  settingsMarkdown(messaging.SETTINGS),
  'and templates',
  settingsMarkdown(templates.SETTINGS),
  'and webhooks',
  settingsMarkdown(webhooks.SETTINGS),
  'and campaigns',
  settingsMarkdown(campaigns.SETTINGS),
  'A service that asks others finds them by `GATEWAY_RPC`, `MESSAGING_RPC`, `TEMPLATES_RPC` and so on, a list of `host:port` each, where a name leads to all replicas behind it.',
  'Several services as one process (`node libs/service-kit/dist/together.js`) read',
  settingsMarkdown(TOGETHER_SETTINGS),
  'Provisioning (`node libs/service-kit/dist/provision.js`), which runs before the services, reads',
  settingsMarkdown(PROVISION_SETTINGS),
].join('\n\n');

const { metricsMarkdown } = await dist('libs/service-kit/dist/metrics.js');
const tables = [
  ['docs/settings.md', 'settings', settings],
  ['docs/observability.md', 'metrics', metricsMarkdown()],
].map(([name, what, table]) => {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const before = readFileSync(file, 'utf8');
  const place = new RegExp(`<!-- ${what} -->[^]*<!-- /${what} -->`);
  const after = before.replace(place, () => `<!-- ${what} -->\n\n${table}\n\n<!-- /${what} -->`);
  return { name, file, before, after };
});
const { dashboards } = await dist('deploy/observability/dashboards.ts');
const written = Object.entries(dashboards()).map(([name, made]) => {
  const file = fileURLToPath(new URL(`../deploy/observability/${name}`, import.meta.url));
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return { name: `deploy/observability/${name}`, file, before, after: `${JSON.stringify(made, null, 2)}\n` };
});
const generated = [...tables, ...written];
if (check) {
  const stale = generated.filter(({ before, after }) => before !== after).map(({ name }) => name);
  stale.push(...(await chartFiles()).map(({ file }) => file));
  const types = await sdkTypes();
  if (types.after !== readFileSync(types.file, 'utf8')) stale.push(types.name);
  for (const name of stale) say.failed(`${name} is out of date: run npm run specs`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const { file, after } of generated) writeFileSync(file, after);
writeChartFiles(await chartFiles());
const { asyncApiDocument } = await dist('libs/contracts/dist/schema/async-api.js');
writeFileSync(
  fileURLToPath(new URL('../libs/contracts/specs/asyncapi.json', import.meta.url)),
  `${JSON.stringify(asyncApiDocument(), null, 2)}\n`,
);
execFileSync('node', ['apps/gateway/dist/openapi/write-specs.js'], { cwd: root, stdio: 'inherit' });
const types = await sdkTypes();
writeFileSync(types.file, types.after);
say.done(
  "docs/settings.md, docs/observability.md, libs/contracts/specs, the SDK's types, the dashboards and the chart are up to date",
);
