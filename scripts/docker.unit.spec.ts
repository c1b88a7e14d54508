import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { SERVICES } from '../libs/contracts/src/topics.ts';
import * as kit from '../libs/service-kit/src/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
type Service = {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
};
const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
};
const OURS: readonly string[] = [...SERVICES, 'provision', 'simulator', 'demo'];

/** Settings that compose need not pass on: the image or its entrypoint sets them. */
const FIXED = [
  ...['HOST', 'HEALTH_PORT', 'RPC_PORT', 'PORT', 'RPC_ADVERTISE', 'REPLICA', 'OTEL_SERVICE_NAME'],
  ...['SECRETS_DIR', 'KUBERNETES_SECRETS'],
];
/** Settings that compose need not pass on: provisioning writes them into SECRETS_DIR. */
const PROVISIONED = /^(RPC_SECRET|DATABASE_URL|ADMIN_TOKEN|(TOKENS|WEBHOOKS|ANSWERS)_KEY(_PREVIOUS)?)$/;

async function settingsOf(service: string): Promise<object> {
  if (service === 'provision') return kit.PROVISION_SETTINGS;
  const [file] = globSync(`apps/${service}/src/*.settings.ts`, { cwd: root });
  return { ...kit.SERVICE_SETTINGS, ...(file && (await import(`${root}${file}`)).SETTINGS) };
}

describe('docker-compose.yml', () => {
  it.each([...SERVICES, 'provision'])('passes on every setting of %s', async (service) => {
    const given = Object.keys(services[service]!.environment);
    const wanted = Object.keys(await settingsOf(service)).filter(
      (name) => !FIXED.includes(name) && (service === 'provision' || !PROVISIONED.test(name)),
    );
    expect(wanted.filter((name) => !given.includes(name))).toEqual([]);
  });

  it('gives containers no secrets of others, no further rights, and limits of disk, memory and processes', () => {
    for (const [name, service] of Object.entries(services)) {
      expect({ name, ...service }).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        read_only: name !== 'kafka',
        logging: { options: { 'max-size': '10m', 'max-file': '5' } },
        mem_limit: expect.stringMatching(/^\d+[mg]$/),
        pids_limit: expect.any(Number),
      });
      const secrets = (service.volumes ?? []).filter((volume) => volume.startsWith('secrets-'));
      const holder = name === 'demo' ? 'gateway' : name;
      if (name !== 'provision')
        expect(secrets).toEqual(
          (SERVICES as readonly string[]).includes(holder)
            ? [`secrets-${holder}:/var/lib/wbiz-secrets/${holder}:ro`]
            : [],
        );
    }
  });

  it('runs health checks by programs that start fast', () => {
    for (const { healthcheck } of Object.values(services))
      if (healthcheck?.test)
        expect(healthcheck.test.slice(0, 2)).toEqual(['CMD', expect.stringMatching(/^(bash|pg_isready)$/)]);
    expect(read('deploy/docker/Dockerfile')).toMatch(/HEALTHCHECK .* CMD \["bash", /);
  });

  it('starts the simulator in its profile only, and with .env.example', () => {
    const named = Object.entries(services).filter(([, { profiles }]) => profiles);
    expect(named.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['simulator', ['simulator']],
      ['demo', ['simulator']],
    ]);
    expect(read('.env.example')).toMatch(/^COMPOSE_PROFILES=simulator$/m);
  });

  it('names a version of each image', () => {
    for (const [name, { image }] of Object.entries(services))
      if (!OURS.includes(name)) expect(image).toMatch(/:(\$\{\w+:-)?\d+\.\d+/);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
  (hasCompose ? it : it.skip)(
    `is taken by docker compose${hasCompose ? '' : ' (which is not installed here)'}`,
    () => {
      const small = ['-f', 'docker-compose.yml', '-f', 'docker-compose.small.yml'];
      for (const files of [[], small]) {
        const words = ['compose', ...files, '--env-file', '.env.example', 'config', '--format', 'json'];
        const taken = JSON.parse(execFileSync('docker', words, { cwd: root, encoding: 'utf8' })).services;
        expect(Object.keys(taken)).toContain('demo');
        expect(taken.gateway.environment.CLOUD_API_URL).toBe('http://simulator:4000');
        expect('together' in taken).toBe(files === small);
      }
    },
  );
});

describe('the image', () => {
  it('is built on the Node of the tests', () => {
    const { devDependencies } = JSON.parse(read('package.json'));
    expect(read('deploy/docker/Dockerfile')).toContain(
      `ARG NODE=docker.io/library/node:${devDependencies.node}-slim`,
    );
  });

  it('installs by the package.json of every workspace, before other files are copied', () => {
    const wanted = globSync('{apps/*,libs/*,bench,e2e}/package.json', { cwd: root });
    const [before] = read('deploy/docker/Dockerfile').split('COPY . .');
    for (const file of wanted) expect(before).toContain(`COPY ${file} ${file.replace('package.json', '')}\n`);
  });
});
