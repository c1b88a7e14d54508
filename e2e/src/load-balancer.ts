import { until } from '@wbiz/testing/stack';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const PROBE_EVERY_MS = 200;

type Backend = { readonly port: number; readonly healthPort: number; isReady: boolean };

/**
 * A TCP load balancer like a Kubernetes Service: new connections go in turn to the backends whose /health/ready answers 200.
 * An open connection stays with its backend; a connection that its backend refuses is not tried at another.
 */
export async function startBalancer(ports: readonly Record<string, number>[]) {
  const backends: Backend[] = ports.map(({ PORT, HEALTH_PORT }) => ({
    port: PORT!,
    healthPort: HEALTH_PORT!,
    isReady: false,
  }));
  const open = new Set<Socket>();
  const stopped = new AbortController();
  let turn = 0;

  const server = createServer((client) => {
    const ready = backends.filter(({ isReady }) => isReady);
    const backend = ready[(turn += 1) % ready.length];
    if (!backend) return client.destroy();
    const upstream = connect(backend.port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one.setNoDelay(true));
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one) && other.destroySoon());
    }
    client.pipe(upstream).pipe(client);
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const probe = async (backend: Backend) => {
    while (!stopped.signal.aborted) {
      const answer = await fetch(`http://127.0.0.1:${backend.healthPort}/health/ready`).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      backend.isReady = answer?.ok ?? false;
      await delay(PROBE_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const probing = Promise.all(backends.map(probe));
  await until(() => backends.every(({ isReady }) => isReady), { describe: 'all backends ready' });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    stop: async () => {
      stopped.abort();
      server.close();
      for (const socket of open) socket.destroy();
      await probing;
    },
  };
}
