import { createServer } from 'node:net';
import { freePort } from './embedded/launch.ts';
import { SetupError } from './say.mjs';
import { readJson, writeJson } from './start-home.ts';

/** Ports by process and by purpose (`PORT`, `RPC_PORT`, `broker`). */
export type Ports = Record<string, Record<string, number>>;

/** Chooses ports: those of the last start, or another one for each that is not free. `port`: the gateway's; throws if in use. */
export async function choosePorts(
  port: number,
  wanted: Readonly<Record<string, readonly string[]>>,
): Promise<Ports> {
  const before: Ports = readJson('ports.json') ?? {};
  const chosen: Ports = {};
  for (const [name, purposes] of Object.entries(wanted)) {
    const own: Record<string, number> = {};
    chosen[name] = own;
    for (const purpose of purposes) {
      const last = before[name]?.[purpose];
      own[purpose] = last && (await isFree(last)) ? last : await freePort();
    }
  }
  chosen['gateway']!['PORT'] = port;
  if (!(await isFree(port)))
    throw new SetupError(`Port ${port} is not free: set PORT to another, as in PORT=3100 npm start.`);
  writeJson('ports.json', chosen);
  return chosen;
}

const isFree = (port: number) =>
  new Promise<boolean>((done) => {
    const server = createServer().once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
