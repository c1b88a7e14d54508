// npm run test:cluster [-- --keep]: installs, upgrades, rolls back and uninstalls the chart on a real control plane.
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build, root } from '../../../scripts/bootstrap.mjs';
import { say, step } from '../../../scripts/say.mjs';
import { same, until, type Failed, type KubeObject } from './cluster-checks.ts';
import { built, controlPlane, KUBERNETES } from './control-plane.ts';
import { CASES } from './values.ts';

const CHART = join(root, 'deploy', 'helm', 'wbiz');
const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'];

const dir = mkdtempSync(join(tmpdir(), 'wbiz-cluster-'));
await build();
await step('Kubernetes, kwok and Helm', built);
const cluster = await step(`Control plane ${KUBERNETES}`, () => controlPlane(dir));
const { kubectl, helm, apply } = cluster;
// Exits at a signal: the control plane ends when this process exits.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
  process.once(signal, () => process.exit(1));
const get = async (namespace: string, ...args: string[]) =>
  JSON.parse(await kubectl(['-n', namespace, 'get', ...args, '-o', 'json']));
const items = async (namespace: string, kinds: string) =>
  ((await get(namespace, kinds)) as { items: KubeObject[] }).items;

/** Makes a namespace that allows only restricted pods, and the Secrets, volume and priority class that the values name. */
async function namespace(name: string, values: unknown): Promise<void> {
  const secrets = JSON.stringify(values).matchAll(
    /"(?:\w*[sS]ecret\w*|existing|gateway|messaging|contacts|templates|campaigns|webhooks)":"([a-z0-9-]+)"/g,
  );
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `media-${name}` },
      spec: {
        capacity: { storage: '20Gi' },
        accessModes: ['ReadWriteMany'],
        claimRef: { namespace: name, name: 'wbiz-media' },
        nfs: { server: '10.0.0.1', path: '/' },
      },
    },
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'important' },
      value: 1000,
    },
  );
  for (const secret of new Set([...secrets].map(([, one]) => one)))
    await apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret, namespace: name },
      stringData: { note: 'made up' },
    });
}

const withValues = (name: string, values: unknown) => {
  const file = join(dir, `${name}.json`);
  writeFileSync(file, JSON.stringify(values));
  return ['--namespace', name, '--values', file];
};
const WAIT = ['--wait', '--timeout', '3m'];
const readyIn = async (name: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await items(name, 'deployments')).map(({ metadata, status }) => [
      metadata.name,
      status.readyReplicas ?? 0,
    ]),
  );
const kindsIn = async (name: string) => {
  const kinds =
    'deployments,statefulsets,jobs,services,serviceaccounts,roles,rolebindings,secrets,pdb,hpa,networkpolicies,ingresses,httproutes,scaledobjects,triggerauthentications,servicemonitors,prometheusrules,kafkatopics,kafkausers,pvc';
  return (await items(name, kinds))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .filter((one) => one !== 'ServiceAccount/default');
};
const each = (value: number) => Object.fromEntries(SERVICES.map((service) => [`wbiz-${service}`, value]));

const minimal = CASES['minimal']!;
const everything = CASES['everything']!;
/** The cases of values.ts that are only installed and uninstalled, each in a namespace of its own. */
const OTHERS = [
  'existing secrets',
  'everything off',
  'simulator',
  'managed Kafka, OAUTHBEARER',
  'managed Kafka, client certificates',
  'Strimzi, SCRAM',
  'Strimzi, TLS',
];

async function main(): Promise<void> {
  await step('CRDs of KEDA, Prometheus, Strimzi and Gateway API', customResources);
  await namespace('prod', [minimal, everything]);
  const given = (await kindsIn('prod')).sort();
  await step('Values that are wrong are refused, and leave nothing behind', () => wrongValuesRefused(given));
  await step('helm install, with the required values only', () => installMinimal(given));
  await step('helm upgrade to another image takes no replica away', upgradeImage);
  await step('helm upgrade, with every option on', upgradeToEverything);
  await step('helm rollback', rollBack);
  await step('helm uninstall leaves media, and the record of provisioning', () => uninstall(given));
  for (const [at, name] of OTHERS.entries())
    await step(`helm install and uninstall: ${name}`, () => installAndUninstall(name, `case-${at}`));
}

async function customResources(): Promise<void> {
  const crds = globSync('crds/*.json', { cwd: import.meta.dirname }).map((file) =>
    JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')),
  );
  await apply(...crds);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}

async function wrongValuesRefused(given: readonly string[]): Promise<void> {
  const wrong = { ...minimal.values, services: { gateway: { replicas: 'two' } } };
  const said = await helm(['install', 'wbiz', CHART, ...withValues('prod', wrong)]).then(
    () => 'it was installed',
    ({ stderr }: Failed) => stderr,
  );
  if (!said.includes("at '/services/gateway/replicas': got string, want integer")) throw new Error(said);
  same('what is there', (await kindsIn('prod')).sort(), given);
}

async function installMinimal(given: readonly string[]): Promise<void> {
  await helm(['install', 'wbiz', CHART, ...withValues('prod', minimal.values), ...WAIT]);
  same('ready', await readyIn('prod'), each(2));
  const job = (await items('prod', 'jobs'))[0]!;
  const first = (await items('prod', 'deployments'))
    .map(({ metadata }) => metadata.creationTimestamp)
    .sort()[0]!;
  if (!(job.status.succeeded === 1 && job.status.completionTime <= first))
    throw new Error(
      `The Job is done at ${job.status.completionTime}, the first Deployment made at ${first}.`,
    );
  const left = (await kindsIn('prod')).filter((one) => one.includes('provision') && !given.includes(one));
  same('what is left of provisioning', left, ['Job/wbiz-provision']);
  await until('disruptions allowed', each(1), async () =>
    Object.fromEntries(
      (await items('prod', 'pdb')).map(({ metadata, status }) => [metadata.name, status.disruptionsAllowed]),
    ),
  );
  await until('addresses of each service', each(2), async () => {
    const slices = (await items('prod', 'endpointslices')).filter(({ metadata }) =>
      metadata.name.includes('-rpc-'),
    );
    return Object.fromEntries(
      slices.map(({ metadata, endpoints }) => [
        metadata.labels['kubernetes.io/service-name']!.replace(/-rpc$/, ''),
        endpoints?.length ?? 0,
      ]),
    );
  });
  const pods = (await items('prod', 'pods')).filter(
    ({ metadata }) => metadata.labels['app.kubernetes.io/component'] !== 'provision',
  );
  for (const service of SERVICES) {
    const on = pods
      .filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === service)
      .map(({ spec }) => spec.nodeName);
    if (new Set(on).size !== 2) throw new Error(`The replicas of ${service} are on ${on}.`);
  }
}

async function upgradeImage(): Promise<void> {
  let fewest = Infinity;
  let over = false;
  const next = { ...minimal.values, image: { tag: 'next' } };
  const upgraded = helm(['upgrade', 'wbiz', CHART, ...withValues('prod', next), ...WAIT]).finally(
    () => (over = true),
  );
  while (!over) {
    const available = (await items('prod', 'deployments')).map(({ status }) => status.availableReplicas ?? 0);
    fewest = Math.min(fewest, ...available);
    await delay(100);
  }
  await upgraded;
  same('fewest replicas of a service', fewest, 2);
  const job = (await items('prod', 'jobs'))[0]!;
  same('image of the Job', job.spec.template.spec.containers[0]!.image, 'wbiz:next');
}

async function upgradeToEverything(): Promise<void> {
  await helm(['upgrade', 'wbiz', CHART, ...withValues('prod', everything.values), ...WAIT]);
  const hpa = (await items('prod', 'hpa'))[0]!;
  same(
    'HPA',
    [hpa.spec.scaleTargetRef.name, hpa.spec.minReplicas, hpa.spec.maxReplicas],
    ['wbiz-gateway', 3, 6],
  );
  await until(
    'the HPA scales',
    'True',
    async () =>
      (await items('prod', 'hpa'))[0]!.status.conditions?.find(({ type }) => type === 'AbleToScale')?.status,
  );
  await until('replicas by the HPA', 3, async () => (await readyIn('prod'))['wbiz-gateway']);
  const digest = `image.digest=sha256:${'1'.repeat(64)}`;
  await helm(['upgrade', 'wbiz', CHART, ...withValues('prod', everything.values), '--set', digest, ...WAIT]);
  same('replicas after the next upgrade', (await readyIn('prod'))['wbiz-gateway'], 3);
  const kinds = (await kindsIn('prod')).map((one) => one.split('/')[0]);
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  same(
    'objects',
    ['Ingress', 'HTTPRoute', 'ScaledObject', 'TriggerAuthentication', 'ServiceMonitor', 'PrometheusRule'].map(
      count,
    ),
    [1, 1, 5, 5, 1, 1],
  );
}

async function rollBack(): Promise<void> {
  await helm(['rollback', 'wbiz', '1', '--namespace', 'prod', ...WAIT]);
  same(
    'what only the upgrade had',
    (await kindsIn('prod')).filter((one) => /^(Horizontal|Scaled|HTTPRoute|Ingress)/.test(one)),
    [],
  );
  await until('ready', each(2), () => readyIn('prod'));
}

async function uninstall(given: readonly string[]): Promise<void> {
  await helm(['uninstall', 'wbiz', '--namespace', 'prod', ...WAIT]);
  await until('what is left', ['Job/wbiz-provision', 'PersistentVolumeClaim/wbiz-media'], async () =>
    (await kindsIn('prod')).filter((one) => !given.includes(one)).sort(),
  );
}

async function installAndUninstall(name: string, space: string): Promise<void> {
  const { values } = CASES[name]!;
  await namespace(space, values);
  await helm(['install', 'wbiz', CHART, ...withValues(space, values), ...WAIT]);
  const scaled = Object.values(
    (values['services'] ?? {}) as Record<string, { autoscaling?: { enabled: boolean } }>,
  ).some(({ autoscaling }) => autoscaling?.enabled);
  const { 'wbiz-simulator': simulator = 1, ...ready } = await readyIn(space);
  same('ready', [Object.keys(ready).length, simulator], [SERVICES.length, 1]);
  if (!scaled) same('ready', ready, each(2));
  if (name.startsWith('Strimzi')) await secretsByRights(space);
  await helm(['uninstall', 'wbiz', '--namespace', space, ...WAIT]);
}

/** Runs the code by which provisioning makes Secrets, with the rights of its service account, and checks these rights. */
async function secretsByRights(space: string): Promise<void> {
  const accounts = (await items(space, 'serviceaccounts')).map(({ metadata }) => metadata.name);
  const account = accounts.find((name) => name.startsWith('wbiz-provision-'))!;
  const token = (await kubectl(['-n', space, 'create', 'token', account])).trim();
  const program = `
    import { kubernetesSecrets } from '${join(root, 'libs/service-kit/dist/kubernetes-secrets.js')}';
    import { completed } from '${join(root, 'libs/service-kit/dist/secret-files.js')}';
    const { names, ...own } = JSON.parse(process.env.CLUSTER);
    for (const run of [1, 2]) {
      const store = kubernetesSecrets(names, own);
      const files = completed(await store.read(), {}, []);
      for (const service of Object.keys(names)) files[service].DATABASE_URL = 'postgres://' + service + '@' + run + '/wbiz';
      await store.write(files);
    }`;
  const names = Object.fromEntries(SERVICES.map((service) => [service, `wbiz-${service}-secrets`]));
  const asPod = (given: Readonly<Record<string, string>>) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: {
        PATH: process.env.PATH,
        NODE_EXTRA_CA_CERTS: cluster.authority,
        CLUSTER: JSON.stringify({ url: cluster.url, namespace: space, token, names: given }),
      },
    });
  await asPod(names);
  const keys = async (service: string) =>
    Object.keys(((await get(space, 'secret', names[service]!)) as KubeObject).data).sort();
  same('keys of webhooks', await keys('webhooks'), ['DATABASE_URL', 'RPC_SECRET', 'WEBHOOKS_KEY']);
  same('keys of contacts', await keys('contacts'), ['DATABASE_URL', 'RPC_SECRET']);
  const refused = await asPod({ ...names, contacts: 'postgres-admin' }).then(
    () => 'it was read',
    ({ stderr }: Failed) => stderr,
  );
  if (!/secrets \\?"postgres-admin\\?" is forbidden/.test(refused)) throw new Error(refused);
  for (const service of SERVICES) {
    const who = `--as=system:serviceaccount:${space}:wbiz-${service}`;
    const may = await kubectl(['-n', space, 'auth', 'can-i', 'get', 'secrets', who]).catch(
      ({ stdout }: Failed) => stdout,
    );
    same(`rights of ${service}`, may.trim(), 'no');
  }
}

try {
  await main();
  say.done(
    'All steps passed on a real control plane. No code of ours ran in the pods: see deploy/helm/wbiz/README.md.',
  );
} catch (error) {
  const { stack, stderr } = error as Error & Partial<Failed>;
  say.failed(`${stack}${stderr ? `\n${stderr}` : ''}`);
  process.exitCode = 1;
} finally {
  if (process.argv.includes('--keep') && process.exitCode)
    say.line(`The control plane is kept until Ctrl-C: KUBECONFIG=${join(dir, 'kubeconfig')}`);
  else {
    cluster.end();
    rmSync(dir, { recursive: true, force: true });
    process.exit();
  }
}
