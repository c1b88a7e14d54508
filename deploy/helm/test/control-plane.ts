// Builds a real Kubernetes control plane from Go modules and runs it on this machine. It has no kubelet: kwok only reports
// that pods run and that Jobs are done; no code of theirs runs.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SetupError } from '../../../scripts/say.mjs';

export const KUBERNETES = '1.37.2';
const ETCD = '3.7.3';
const KWOK = 'sigs.k8s.io/kwok@v0.8.0';
const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.2';

const home = process.env.WBIZ_CLUSTER_CACHE ?? join(homedir(), '.cache', 'wbiz-cluster');
const bin = join(home, 'bin');
const run = promisify(execFile);
const go = (args: readonly string[], cwd = home) =>
  run('go', args, { cwd, maxBuffer: 2 ** 26, env: { ...process.env, CGO_ENABLED: '0', GOBIN: bin } });
const moduleOf = async (module: string) =>
  JSON.parse((await go(['mod', 'download', '-json', module])).stdout) as { Dir: string; GoMod: string };

/** Builds the tools missing in WBIZ_CLUSTER_CACHE (~/.cache/wbiz-cluster): the first time 20 minutes on two cores, 500 MB. */
export async function built(note: (what: string) => void): Promise<void> {
  mkdirSync(bin, { recursive: true });
  await run('go', ['version']).catch(() => {
    throw new SetupError('The control plane is built with Go 1.26 or newer, and there is no go.');
  });
  const lacks = (tool: string) => !existsSync(join(bin, tool));
  const build = async (cwd: string, tool: string, what: string, ldflags = '') => {
    note(`building ${tool}`);
    const flags = ['-mod=mod', '-trimpath', `-ldflags=-s -w ${ldflags}`];
    await go(['build', ...flags, '-o', join(bin, tool), what], cwd);
  };
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(KUBERNETES) ?? [];
  const version = [`gitVersion=v${KUBERNETES}`, `gitMajor=${major}`, `gitMinor=${minor}`]
    .map((value) => `-X k8s.io/component-base/version.${value}`)
    .join(' ');
  for (const tool of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'])
    if (lacks(tool)) await build(await kubernetes(), tool, `k8s.io/kubernetes/cmd/${tool}`, version);
  if (lacks('etcd'))
    await build(
      goModule('etcd', `require go.etcd.io/etcd/server/v3 v${ETCD}`),
      'etcd',
      'go.etcd.io/etcd/server/v3',
    );
  for (const [tool, what] of [
    ['kwok', KWOK.replace('@', '/cmd/kwok@')],
    ['helm', HELM],
  ] as const)
    if (lacks(tool)) {
      note(`building ${tool}`);
      await go(['install', '-trimpath', '-ldflags=-s -w', what]);
    }
}

/** Makes a Go module that requires Kubernetes, whose libraries, in its own go.mod replaced by folders, are modules here. */
async function kubernetes() {
  const module = await moduleOf(`k8s.io/kubernetes@v${KUBERNETES}`);
  const libraries = readFileSync(module.GoMod, 'utf8').matchAll(/^\s+(k8s\.io\/\S+) => \.\/staging/gm);
  const replaced = [...libraries].map(
    ([, name]) => `replace ${name} => ${name} v${KUBERNETES.replace('1.', '0.')}`,
  );
  return goModule('kubernetes', [`require k8s.io/kubernetes v${KUBERNETES}`, ...replaced].join('\n'));
}

function goModule(name: string, text: string): string {
  const dir = join(home, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'go.mod'), `module wbiz/${name}\n\ngo 1.26.0\n\n${text}\n`);
  return dir;
}

/**
 * Starts a control plane with three nodes, which stores its data in `dir`. The functions `kubectl` and `helm` of the result
 * resolve to what the tool prints, or throw an error with it; `end` stops the control plane.
 */
export async function controlPlane(dir: string) {
  mkdirSync(dir, { recursive: true });
  const children: ChildProcess[] = [];
  const start = (name: string, args: readonly string[]) => {
    const child = spawn(join(bin, name), args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(dir, `${name}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGTERM' && signal !== 'SIGKILL')
        console.error(
          `${name}: ended (${code ?? signal}) and is not started again; see ${join(dir, `${name}.log`)}`,
        );
    });
    children.push(child);
  };
  const end = () => {
    for (const child of children.splice(0).reverse()) child.kill('SIGKILL');
  };
  process.once('exit', end);

  const [client, peer, secure, events] = await Promise.all([1, 2, 3, 4].map(freePort));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(dir, 'accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(dir, 'tokens.csv'), 'admin,admin,1,system:masters\n', { mode: 0o600 });
  const url = `https://127.0.0.1:${secure}`;
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 'admin' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  start('etcd', [
    '--data-dir=etcd',
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ]);
  start('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${secure}`,
    '--cert-dir=pki',
    '--service-account-key-file=accounts.key',
    '--service-account-signing-key-file=accounts.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--token-auth-file=tokens.csv',
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
  ]);
  const tool =
    (name: string) =>
    async (args: readonly string[], { input }: { input?: string } = {}): Promise<string> => {
      const asked = run(join(bin, name), args, {
        cwd: dir,
        maxBuffer: 2 ** 26,
        env: {
          PATH: [bin, process.env.PATH].join(delimiter),
          HOME: dir,
          KUBECONFIG: kubeconfig,
        },
      });
      asked.child.stdin!.end(input ?? '');
      return (await asked).stdout;
    };
  const kubectl = tool('kubectl');
  for (const giveUp = Date.now() + 60_000; ; await delay(500)) {
    try {
      await kubectl(['get', '--raw=/readyz']);
      break;
    } catch (error) {
      if (Date.now() > giveUp) throw error;
    }
  }
  const as = ['--kubeconfig=kubeconfig', '--leader-elect=false', '--secure-port=0'];
  start('kube-controller-manager', [
    ...as,
    '--service-account-private-key-file=accounts.key',
    '--use-service-account-credentials=false',
  ]);
  start('kube-scheduler', as);
  const { Dir: kwok } = await moduleOf(KWOK);
  const stages = [
    'node/fast/node-initialize',
    'node/heartbeat/node-heartbeat',
    'pod/fast/pod-ready',
    'pod/fast/pod-complete',
    'pod/fast/pod-delete',
  ].map((stage) => readFileSync(join(kwok, 'kustomize', 'stage', `${stage}.yaml`), 'utf8'));
  writeFileSync(join(dir, 'stages.yaml'), stages.join('\n---\n'));
  start('kwok', [
    '--kubeconfig=kubeconfig',
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--config=stages.yaml',
    `--server-address=127.0.0.1:${events}`,
  ]);
  const size = { cpu: '16', memory: '64Gi', pods: '110' };
  const nodes = ['a', 'b', 'c'].map((zone) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${zone}`,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': `node-${zone}`,
        'topology.kubernetes.io/zone': zone,
        disk: 'ssd',
      },
    },
    status: { allocatable: size, capacity: size },
  }));
  const apply = (...objects: object[]) =>
    kubectl(['apply', '--server-side', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    });
  await apply(...nodes);
  return { url, authority: join(dir, 'pki', 'apiserver.crt'), kubectl, helm: tool('helm'), apply, end };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise<void>((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
