import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from './telemetry.js';

/** The result of a check; /health/ready shows `detail`. */
export type Finding = { readonly ok: boolean; readonly detail?: string };
export type Check = () => Finding | Promise<Finding>;

const CHECK_TIMEOUT_MS = 1_500;
const NO_ANSWER = `no answer within ${CHECK_TIMEOUT_MS} ms`;

const textOf = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error));

/** The checks that decide whether this process is ready. It is not ready before {@link Health.started}. */
export class Health {
  private readonly checks = new Map<string, Check>();
  private readonly details = new Map<string, () => unknown>();
  private readonly awaited = new Set<string>();
  private phase: 'starting' | 'started' | 'stopping' = 'starting';

  /** Adds a check, or replaces the one of this name. A check that throws or takes 1.5 s counts as failed. */
  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** Adds an item to /health/detail; readiness does not depend on it. */
  detail(name: string, show: () => unknown): void {
    this.details.set(name, show);
  }

  /** All details by name; one that fails or takes 1.5 s is replaced by the error's message. */
  async detailed(): Promise<Record<string, unknown>> {
    const shown = await Promise.all(
      [...this.details].map(async ([name, show]) => {
        const late = new AbortController();
        const slow = delay(CHECK_TIMEOUT_MS, NO_ANSWER, late);
        try {
          return [name, await Promise.race([show(), slow])] as const;
        } catch (error) {
          return [name, textOf(error)] as const;
        } finally {
          late.abort();
        }
      }),
    );
    return Object.fromEntries(shown);
  }

  /** Shows in /health/ready that the start waits for `what`, until the returned function is called. */
  waitingFor(what: string): () => void {
    this.awaited.add(what);
    return () => void this.awaited.delete(what);
  }

  /** Marks the process as started; has no effect once the process is told to stop. */
  started(): void {
    if (this.phase === 'starting') this.phase = 'started';
  }

  stopping(): void {
    this.phase = 'stopping';
  }

  get isStopping(): boolean {
    return this.phase === 'stopping';
  }

  async ready(): Promise<{ ok: boolean; checks: Record<string, Finding> }> {
    const found = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const waiting = [...this.awaited].map((what) => `, waiting for ${what}`).join('');
    const process = { ok: this.phase === 'started', detail: `${this.phase}${waiting}` };
    const checks = { process, ...Object.fromEntries(found) };
    return { ok: Object.values(checks).every(({ ok }) => ok), checks };
  }
}

async function outcome(check: Check): Promise<Finding> {
  const late = new AbortController();
  try {
    const slow = delay(CHECK_TIMEOUT_MS, { ok: false, detail: NO_ANSWER }, late);
    return await Promise.race([check(), slow]);
  } catch (error) {
    return { ok: false, detail: textOf(error) };
  } finally {
    late.abort();
  }
}

/**
 * Serves /health/live (always 200: no answer means that the process hangs), /health/ready (503 unless all checks pass),
 * /health/detail (for people; always 200) and /metrics. A separate server, since it must answer before all else has
 * started. Throws if the port is taken.
 */
export async function serveHealth(
  health: Health,
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  { host, port }: { host: string; port: number },
) {
  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/health/live': async (response) => json(response, 200, { status: 'live', checks: {} }),
    '/health/ready': async (response) => {
      const { ok, checks } = await health.ready();
      json(response, ok ? 200 : 503, { status: ok ? 'ready' : 'not_ready', checks });
    },
    '/health/detail': async (response) => {
      const [{ ok, checks }, details] = await Promise.all([health.ready(), health.detailed()]);
      json(response, 200, { status: ok ? 'ready' : 'not_ready', checks, ...details });
    },
    '/metrics': async (response) => {
      response.setHeader('content-type', metrics.contentType).end(await metrics.text());
    },
  };
  const server = createServer((request, response) => {
    const route = routes[request.url?.split('?')[0] ?? ''];
    if (!route || (request.method !== 'GET' && request.method !== 'HEAD'))
      return json(response, 404, { status: 'not_found' });
    route(response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
