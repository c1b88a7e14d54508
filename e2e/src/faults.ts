import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Answer, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

/** How hard the tests are: `npm test` runs them with small values, `npm run test:full` with large ones. */
export type Hardness = {
  readonly sends: number;
  readonly kills: number;
  readonly awayMs: number;
  readonly lateMs: number;
};

const SERVED_AGAIN_MS = 30_000;
/** During an outage shorter than this, the API may answer late instead of answering 503. */
const COMMAND_DEADLINE_MS = 10_000;
const REPLICAS = { gateway: 2, messaging: 2, webhooks: 2 };
const RANK = ['accepted', 'sent', 'failed', 'delivered', 'read'];

type Body = { id?: string; messageId?: string; code?: string };
type Attempt = { at: number; status: number; retryAfter: string | null };

/** Defines tests that cause faults while clients send and retry, and then check that no message is lost or sent twice. */
export function describeFaults({ sends, kills, awayMs, lateMs }: Hardness): void {
  let system: System;
  let api: Client & { accountId: string };

  beforeAll(async () => {
    system = await startSystem({
      replicas: REPLICAS,
      ownStack: true,
      supervised: true,
      env: { OUTCOME_GRACE_MS: '5000', CLOUD_API_TIMEOUT_MS: '2000' },
    });
    api = await system.connect();
    await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1000 });
  }, 180_000);
  afterAll(() => system?.stop());
  const calm = { throughputPerSecond: 1000, latencyMs: [10, 50], statuses: 'all', statusDelayMs: [50, 250] };
  beforeEach(async () => {
    await system.control('POST', '/reset');
    await system.control('POST', '/behaviour', calm);
  });

  /** Sends a message under one Idempotency-Key and retries until the answer is final. Adds every answer to `attempts`. */
  async function sendCarefully(to: string, run: string, attempts: Attempt[]): Promise<Answer<Body>> {
    const key = randomUUID();
    const body = { to, template: 'hello_world', language: 'en_US', metadata: { run } };
    for (const giveUp = Date.now() + 150_000; ; await delay(500)) {
      const answer = await api
        .post<Body>('/v1/messages/template', body, { 'idempotency-key': key })
        .catch(() => undefined); // connection refused or broken: retry
      const status = answer?.status ?? 0;
      attempts.push({ at: Date.now(), status, retryAfter: answer?.headers.get('retry-after') ?? null });
      if (answer && ![409, 429, 503, 504].includes(status)) return answer;
      if (Date.now() > giveUp) throw new Error(`${to} got no final answer: ${JSON.stringify(answer)}`);
    }
  }

  /** Sends all messages; calls `meanwhile` once a quarter of them is answered. */
  async function sendAll(meanwhile: (answered: () => number) => Promise<unknown>) {
    const run = randomUUID();
    const first = 14_150_000_000 + randomInt(1_000_000) * 1_000;
    const answers: Answer<Body>[] = [];
    const attempts: Attempt[] = [];
    let next = 0;
    const worker = async () => {
      while (next < sends) {
        const to = `+${first + next}`;
        next += 1;
        answers.push(await sendCarefully(to, run, attempts));
      }
    };
    const workers = Promise.all(Array.from({ length: 40 }, worker));
    await until(() => answers.length >= sends / 4, { timeoutMs: 90_000, describe: 'a quarter of the sends' });
    await Promise.all([workers, meanwhile(() => answers.length)]);
    return { run, answers, attempts };
  }

  /** Database rows of five messages that are neither read nor failed, as text for the error message. */
  async function unsettled(run: string): Promise<string> {
    const db = new pg.Client({ connectionString: system.databaseUrl });
    await db.connect();
    const { rows } = await db.query(
      `select m.state->>'id' as id, m.state->>'status' as status, m.state->'history' as history, d.*, l.*, w.seen_at, now()
       from messaging.messages m left join messaging.dispatch d on d.message_id = m.stream
       left join messaging.dispatch_leases l on l.phone_number_id = d.phone_number_id
       left join messaging.webhooks_seen w on w.phone_number_id = d.phone_number_id
       where m.state->'metadata'->>'run' = $1 and m.state->>'status' not in ('read', 'failed') limit 5`,
      [run],
    );
    await db.end();
    return JSON.stringify({ rows, restarts: system.restarts }, null, 1);
  }
  const highest = (statuses: readonly string[]) =>
    statuses.reduce((top, status) => (RANK.indexOf(status) > RANK.indexOf(top) ? status : top));

  /** Checks the answers, that no message was sent twice, that sent + failed = accepted, and that the feed has no gap. */
  async function expectNothingLostNorDoubled({ run, answers }: Awaited<ReturnType<typeof sendAll>>) {
    expect(
      answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 502),
    ).toStrictEqual([]);
    const settled = await until(
      async () => {
        // The outcome of the last send may stay unknown until Meta's next webhook: this message causes one.
        const message = { type: 'text', text: { body: 'Hello' } };
        await system.control('POST', '/inbound', { from: PERSON, message });
        const all = await api.statusesOf(run);
        const ended = [...all.values()].filter((one) => ['read', 'failed'].includes(highest(one)));
        return ended.length === sends && all;
      },
      { timeoutMs: 60_000 + 3 * lateMs, everyMs: 500, describe: 'the last status of every message' },
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await unsettled(run)}`, { cause: error });
    });
    for (const statuses of settled.values()) expect(statuses[0]).toBe('accepted');
    const failed = [...settled.values()].filter((statuses) => highest(statuses) === 'failed').length;
    const { total } = await system.control<{ total: number }>('GET', '/messages?limit=1');
    expect({ sent: total, failed, accepted: total + failed }).toEqual({
      sent: total,
      failed,
      accepted: sends,
    });
    expect(await system.control('GET', '/duplicates')).toMatchObject({ data: [], total: 0 });
    const sequences = (await api.allEvents()).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  }

  /** Checks that every 503 has a Retry-After, and that a send succeeds within SERVED_AGAIN_MS after `backAt` (unix ms). */
  function expectServedAgain({ attempts }: Awaited<ReturnType<typeof sendAll>>, backAt: number) {
    const refused = attempts.filter(({ status }) => status === 503);
    if (awayMs > COMMAND_DEADLINE_MS) expect(refused.length).toBeGreaterThan(0);
    for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThan(0);
    const served = attempts.filter(({ at, status }) => at > backAt && (status === 201 || status === 502));
    expect(Math.min(...served.map(({ at }) => at)) - backAt).toBeLessThan(SERVED_AGAIN_MS);
  }

  describe('loses and doubles nothing', () => {
    it('while processes are killed at random', async () => {
      const instances = Object.keys(REPLICAS).flatMap((name) => [name, `${name}-2`]);
      const sent = await sendAll(async (answered) => {
        for (let kill = 0; kill < kills; kill += 1) {
          const due = sends / 4 + (kill * sends) / (2 * kills);
          await until(() => answered() >= due, { timeoutMs: 120_000, describe: `${due} answers` });
          await system.kill(instances[randomInt(instances.length)]!);
        }
      });
      await expectNothingLostNorDoubled(sent);
      expect(system.restarts.length).toBeGreaterThanOrEqual(kills);
    });

    it.each(['kafka', 'postgres'] as const)('while %s is away', async (part) => {
      let backAt = 0;
      const sent = await sendAll(async () => {
        await system.stack![part].down();
        await delay(awayMs); // the length of the outage is what is tested
        await system.stack![part].up();
        backAt = Date.now();
      });
      await expectNothingLostNorDoubled(sent);
      expectServedAgain(sent, backAt);
    });

    it('while one call in five to Meta fails in one way or another', async () => {
      const kinds = ['error', 'reset', 'hang', 'accept_then_reset'];
      await system.control('POST', '/behaviour', {
        faults: kinds.map((kind) => ({ match: { path: '/messages' }, kind, rate: 0.05 })),
      });
      const sent = await sendAll(() => Promise.resolve());
      await system.control('POST', '/behaviour', { faults: [] });
      await expectNothingLostNorDoubled(sent);
    });

    it('while statuses come twice, in any order and late', async () => {
      await system.control('POST', '/behaviour', {
        duplicate: 0.3,
        reorder: 0.3,
        statusDelayMs: [0, lateMs],
      });
      await expectNothingLostNorDoubled(await sendAll(() => Promise.resolve()));
    });
  });
}
