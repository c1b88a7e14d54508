// npm run test:image: builds the image and tests the compose file: up, a message, two replicas, down. Uses Docker, or, if
// Docker does not run, buildah, podman and docker-compose, with stand-ins for images that cannot be pulled.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../bootstrap.mjs';
import { freePort } from '../embedded/launch.ts';
import { say, sayFault, SetupError, step } from '../say.mjs';

const MOST_MB = 300;
const PROJECT = 'wbiz-image-test';
const home = mkdtempSync(join(tmpdir(), 'wbiz-image-'));
const env = { ...process.env };

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore', env }).status === 0;

/** Runs a program; resolves to its output. If the program fails, throws an error with the end of the output. */
function run(command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env });
    let printed = '';
    let out = '';
    child.stdout.on('data', (text) => ((out += text), (printed += text)));
    child.stderr.on('data', (text) => (printed += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(out.trim())
        : reject(new SetupError(`${command} ${args.join(' ')} failed:\n${printed.slice(-3_000)}`)),
    );
  });
}

async function until<Found>(
  what: string,
  check: () => Promise<Found | undefined | false>,
  withinMs = 120_000,
): Promise<Found> {
  for (const giveUp = Date.now() + withinMs; Date.now() < giveUp; await delay(500)) {
    const found = await check();
    if (found) return found;
  }
  throw new SetupError(`${what}: not within ${withinMs / 1000} s`);
}

/** A command and its first arguments. */
type Words = [string, ...string[]];
type Engine = { cli: string; compose: Words; build: Words };

function engineHere(): Engine | undefined {
  const file = ['-f', 'deploy/docker/Dockerfile', '-t', 'wbiz', '.'];
  if (works('docker', 'info') && works('docker', 'compose', 'version'))
    return { cli: 'docker', compose: ['docker', 'compose'], build: ['docker', 'build', ...file] };
  const composers: Words[] = [['docker', 'compose'], ['docker-compose'], [process.env.WBIZ_COMPOSE ?? '']];
  const composer = composers.find(([command, ...words]) => command && works(command, ...words, 'version'));
  if (!composer || !['podman', 'buildah'].every((name) => works(name, '--version'))) return undefined;
  const build: Words = ['buildah', 'bud', '--isolation', 'chroot', '--pull-never', '--layers', ...file];
  return { cli: 'podman', compose: composer, build };
}

/** Starts podman as compose's daemon and makes stand-ins for images that cannot be pulled; resolves to podman's stop function. */
async function preparePodman() {
  env.CONTAINERS_CONF = join(home, 'containers.conf');
  // Podman's default limits may be higher than root may set on this machine.
  const limits = 'default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]';
  writeFileSync(env.CONTAINERS_CONF, `[containers]\n${limits}\n[network]\nnetwork_backend = "netavark"\n`);
  const socket = `unix://${join(home, 'podman.sock')}`;
  const daemon = spawn('podman', ['system', 'service', '--time=0', socket], { env, stdio: 'ignore' });
  env.DOCKER_HOST = socket;
  const images = await imagesUsed();
  const missing = images.filter((image) => !works('podman', 'image', 'exists', image));
  const absent = missing.filter((image) => !works('podman', 'pull', '-q', image));
  if (absent.length > 0) await run('bash', 'scripts/image/stand-ins.sh', ...images);
  // Podman relies on systemd to run health checks; since systemd may be missing, this loop runs them.
  let beating = true;
  const beat = (async () => {
    for (; beating; await delay(1_000)) {
      const names = await run('podman', 'ps', '--format', '{{.Names}}', '--filter', `name=${PROJECT}`);
      for (const name of names.split('\n').filter(Boolean)) works('podman', 'healthcheck', 'run', name);
    }
  })();
  return async () => {
    beating = false;
    await beat.catch(() => undefined);
    daemon.kill();
  };
}

/** The images of Node, Postgres and Kafka that the Dockerfile and the compose file name. */
async function imagesUsed(): Promise<readonly string[]> {
  const [, node = ''] =
    /ARG NODE=(\S+)/.exec(readFileSync(join(root, 'deploy/docker/Dockerfile'), 'utf8')) ?? [];
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const [, postgres] = /image: (postgres:\S+)/.exec(compose) ?? [];
  const [, kafka] = /image: apache\/kafka:\$\{KAFKA_VERSION:-([\d.]+)\}/.exec(compose) ?? [];
  return [node, `docker.io/library/${postgres}`, `docker.io/apache/kafka:${kafka}`];
}

async function main() {
  const engine = engineHere();
  if (!engine) {
    say.warn('test:image skipped: it needs Docker with compose, or buildah, podman and docker-compose.');
    return;
  }
  const ends = engine.cli === 'podman' ? await preparePodman() : () => undefined;
  Object.assign(env, {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    KAFKA_PORT: String(await freePort()),
  });
  const compose = (...words: string[]) => {
    const [command, ...rest] = engine.compose;
    return run(command, ...rest, '-p', PROJECT, '--env-file', '.env.example', ...words);
  };
  const scaled = ['-f', 'docker-compose.yml', '-f', 'scripts/image/scaled.yml'];
  const up = ['up', '-d', '--no-build', '--quiet-pull'];
  const of = (service: string, replica = 1) => `${PROJECT}-${service}-${replica}`;
  const inside = (service: string, ...words: string[]) => run(engine.cli, 'exec', of(service), ...words);

  try {
    await step('Image', async () => {
      await run(...engine.build);
      if (engine.cli === 'podman') await run('podman', 'tag', 'localhost/wbiz', 'docker.io/library/wbiz');
      const bytes = Number(await run(engine.cli, 'image', 'inspect', '--format', '{{.Size}}', 'wbiz'));
      const mb = Math.round(bytes / 1e6);
      if (mb > MOST_MB) throw new SetupError(`The image has ${mb} MB; it may have ${MOST_MB}.`);
      return { said: `${mb} MB` };
    });
    await step('Up', () => compose(...up));
    const key = await step('Demo account', async () => {
      const printed = await until('the demo account', async () => {
        const said = await run(engine.cli, 'logs', of('demo')).catch(() => '');
        return said.includes('/docs') && said;
      });
      return /Bearer (wa_\w+)/.exec(printed)![1]!;
    });
    await step('A message, sent and read', () => sendAndRead(`http://127.0.0.1:${env.PORT}/api`, key));
    await step('Containers that can change nothing', async () => {
      for (const service of ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks']) {
        const status = await inside(service, 'cat', '/proc/self/status');
        if (!/CapEff:\s+0+$/m.test(status) || !/NoNewPrivs:\s+1/.test(status) || !/Uid:\s+1000/.test(status))
          throw new SetupError(`${service} runs with rights:\n${status}`);
        for (const path of ['/wbiz/x', `/var/lib/wbiz-secrets/${service}/x`])
          if ((await inside(service, 'touch', path).catch(() => undefined)) !== undefined)
            throw new SetupError(`${service} can write ${path}`);
      }
    });
    await step("The operators' tool", () => inside('gateway', 'wbiz', 'secrets', 'reseal'));
    await step('Two gateways, two of messaging', async () => {
      await compose(...scaled, ...up, '--scale', 'messaging=2', '--scale', 'gateway=2');
      for (const replica of ['1', '2']) {
        const at = await compose(...scaled, 'port', '--index', replica, 'gateway', '3000');
        for (let message = 0; message < 10; message += 1) await sendAndRead(`http://${at}/api`, key);
      }
    });
  } finally {
    await step('Down', () => compose('down', '-v', '--remove-orphans'));
    await ends();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Sends a text to the person who wrote to the demo account, and waits until its status is `read`. */
async function sendAndRead(baseUrl: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ to: '+918899332211', body: 'Hi! Your order has shipped.' });
  const sent = await until('a gateway that answers', () =>
    fetch(`${baseUrl}/v1/messages/text`, { method: 'POST', headers, body }).catch(() => undefined),
  );
  if (sent.status !== 201)
    throw new SetupError(`A send was answered with ${sent.status}: ${await sent.text()}`);
  const { id } = (await sent.json()) as { id: string };
  await until(`${id} read`, async () => {
    const answer = await fetch(`${baseUrl}/v1/messages/${id}`, { headers });
    return answer.ok && ((await answer.json()) as { status: string }).status === 'read';
  });
}

await main().catch((error: unknown) => {
  sayFault(error);
  process.exitCode = 1;
});
