// npm run specs: writes what is generated from the code (the OpenAPI and AsyncAPI documents, the README's table of settings,
// what the Helm chart knows of Kafka and of alerts).
// With --check it writes nothing and fails where something is not up to date.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, prepare, root } from './bootstrap.mjs';
import { chartFiles, writeChartFiles } from './chart-files.mjs';
import { say } from './say.mjs';

await prepare(fileURLToPath(import.meta.url));
await build();
const check = process.argv.includes('--check');
const dist = (file) => import(new URL(`../${file}`, import.meta.url));

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

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const before = readFileSync(readme, 'utf8');
const after = before.replace(
  /<!-- settings -->[\s\S]*<!-- \/settings -->/,
  `<!-- settings -->\n\n${settings}\n\n<!-- /settings -->`,
);
const stale = await chartFiles();
if (check) {
  if (before !== after) say.failed('The table of settings in README.md is not up to date: npm run specs');
  if (stale.length) say.failed(`Not up to date: ${stale.map(({ file }) => file).join(', ')}: npm run specs`);
  process.exit(before === after && !stale.length ? 0 : 1);
}
writeFileSync(readme, after);
writeChartFiles(stale);
const { asyncApiDocument } = await dist('libs/contracts/dist/async-api.js');
writeFileSync(
  fileURLToPath(new URL('../libs/contracts/specs/asyncapi.json', import.meta.url)),
  JSON.stringify(asyncApiDocument()),
);
execFileSync('node', ['apps/gateway/dist/openapi/write-specs.js'], { cwd: root, stdio: 'inherit' });
execFileSync('prettier', ['--write', '--log-level=warn', 'libs/contracts/specs'], {
  cwd: root,
  stdio: 'inherit',
});
say.done('README.md, libs/contracts/specs and deploy/helm/wbiz/files are up to date');
