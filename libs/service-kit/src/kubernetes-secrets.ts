import { readFileSync } from 'node:fs';
import { SERVICES, type Service } from '@wbiz/contracts/topics';
import type { SecretFiles, SecretStore } from './secret-files.js';

/** How a pod reaches the API server: its URL, namespace and service account token. */
export type Cluster = { readonly url: string; readonly namespace: string; readonly token: string };

type Secret = {
  readonly metadata: { readonly resourceVersion: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
};

const OURS = { 'app.kubernetes.io/managed-by': 'wbiz-provision' };
const ASK_MS = 10_000;

/** The cluster that this process runs in, as its service account. NODE_EXTRA_CA_CERTS must name the cluster's CA file. */
export function ownCluster(
  { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port }: NodeJS.ProcessEnv,
  dir = '/var/run/secrets/kubernetes.io/serviceaccount',
): Cluster {
  const read = (file: string) => readFileSync(`${dir}/${file}`, 'utf8').trim();
  const address = host.includes(':') ? `[${host}]` : host;
  return { url: `https://${address}:${port}`, namespace: read('namespace'), token: read('token') };
}

/**
 * Stores each service's secrets in a Secret of Kubernetes; `names`: the Secret's name by service. A Secret without our
 * label is only read; if it lacks a key, `write` throws an error that names the key.
 */
export function kubernetesSecrets(names: Readonly<Record<Service, string>>, cluster: Cluster): SecretStore {
  const found = new Map<Service, Secret>();
  const ask = (method: string, name: string, body?: object) => askCluster(cluster, method, name, body);

  async function write(service: Service, wanted: NodeJS.Dict<string>): Promise<void> {
    const secret = found.get(service);
    const name = names[service];
    const stringData = Object.fromEntries(
      Object.entries(wanted).filter(([key, value]) => value !== textsOf(secret)[key]),
    );
    if (!secret)
      return void (await ask('POST', name, { metadata: { name, labels: OURS }, type: 'Opaque', stringData }));
    const changed = Object.keys(stringData);
    if (changed.length === 0) return;
    if (!isOurs(secret))
      throw new Error(
        `The Secret ${cluster.namespace}/${name} is not provisioning's to write, and lacks what ${service} needs: ${changed.join(', ')}.`,
      );
    const { resourceVersion } = secret.metadata;
    await ask('PATCH', name, { metadata: { resourceVersion }, stringData });
  }

  return {
    async read() {
      for (const service of SERVICES) {
        const secret = await ask('GET', names[service]);
        if (secret) found.set(service, secret);
      }
      return Object.fromEntries(
        SERVICES.map((service) => [service, textsOf(found.get(service))]),
      ) as SecretFiles;
    },
    async write(files) {
      for (const service of SERVICES) {
        const secret = found.get(service);
        const { DATABASE_URL: stands } = textsOf(secret);
        // A Secret without our label keeps its DATABASE_URL, which may name another host for the same Postgres.
        const keeps = stands && secret && !isOurs(secret);
        await write(service, { ...files[service], ...(keeps && { DATABASE_URL: stands }) });
      }
    },
  };
}

async function askCluster(
  { url, namespace, token }: Cluster,
  method: string,
  name: string,
  body: object | undefined,
): Promise<Secret | undefined> {
  const all = `${url}/api/v1/namespaces/${namespace}/secrets`;
  const response = await fetch(method === 'POST' ? all : `${all}/${name}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ASK_MS),
  });
  if (method === 'GET' && response.status === 404) return undefined;
  const answer = (await response.json()) as Secret & { readonly message?: string };
  if (!response.ok) throw new Error(`${method} Secret ${namespace}/${name}: ${answer.message}`);
  return answer;
}

const isOurs = ({ metadata: { labels = {} } }: Secret) =>
  Object.entries(OURS).every(([label, value]) => labels[label] === value);

const textsOf = (secret: Secret | undefined): NodeJS.Dict<string> =>
  Object.fromEntries(
    Object.entries(secret?.data ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString(),
    ]),
  );
