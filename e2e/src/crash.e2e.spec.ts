import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Client, type FeedEvent } from './api-client.js';
import { startSystem, type System } from './system.js';

const SENDS = 500;
const RANK = ['accepted', 'sent', 'failed', 'delivered', 'read'];

let system: System;
let api: Client & { accountId: string };

beforeAll(async () => {
  system = await startSystem({ env: { OUTCOME_GRACE_MS: '5000' } });
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1000 });
  await system.control('POST', '/behaviour', { throughputPerSecond: 1000, latencyMs: [20, 60] });
}, 120_000);
afterAll(() => system?.stop());

/** Sends a message under one Idempotency-Key and retries until the answer is final. */
async function sendCarefully(
  index: number,
  run: string,
): Promise<Answer<{ id?: string; messageId?: string; code?: string }>> {
  const key = randomUUID();
  const body = {
    to: `+1415${String(5_550_000 + index).padStart(7, '0')}`,
    template: 'hello_world',
    language: 'en_US',
    metadata: { run },
  };
  for (const giveUp = Date.now() + 90_000; ; await delay(500)) {
    const answer = await api
      .post<{ id?: string; messageId?: string; code?: string }>('/v1/messages/template', body, {
        'idempotency-key': key,
      })
      .catch(() => undefined); // connection refused or broken: retry
    if (answer && ![409, 429, 503, 504].includes(answer.status)) return answer;
    if (Date.now() > giveUp)
      throw new Error(`Message ${index} got no final answer: ${JSON.stringify(answer)}`);
  }
}

/** Sends 500 messages, 50 at a time; kills messaging after a third of the answers and starts it again. */
async function crashInTheMiddle() {
  const run = randomUUID();
  const answers: Awaited<ReturnType<typeof sendCarefully>>[] = [];
  let next = 0;
  const worker = async () => {
    while (next < SENDS) {
      const index = next;
      next += 1;
      answers.push(await sendCarefully(index, run));
    }
  };
  const workers = Promise.all(Array.from({ length: 50 }, worker));
  await until(() => answers.length >= SENDS / 3, { timeoutMs: 60_000, describe: 'a third of the sends' });
  await system.kill('messaging');
  await system.start('messaging');
  await workers;
  return { run, answers };
}

async function feedOf(run: string) {
  const statuses = new Map<string, FeedEvent[]>();
  for (const event of await api.allEvents()) {
    const { messageId, metadata } = event.data as { messageId: string; metadata: { run?: string } | null };
    if (event.type === 'message.status' && metadata?.run === run)
      statuses.set(messageId, [...(statuses.get(messageId) ?? []), event]);
  }
  return statuses;
}
const highest = (events: readonly FeedEvent[]) =>
  events
    .map(({ data }) => String(data.status))
    .reduce((top, status) => (RANK.indexOf(status) > RANK.indexOf(top) ? status : top));

describe('messaging killed in the middle of 500 sends', () => {
  it.each(['resend', 'fail'] as const)(
    'under the policy %s loses and doubles nothing',
    async (unknownOutcomePolicy) => {
      await system.admin('PATCH', `/accounts/${api.accountId}`, { unknownOutcomePolicy });
      await system.control('POST', '/reset');
      await system.control('POST', '/behaviour', { throughputPerSecond: 1000, latencyMs: [20, 60] });
      const { run, answers } = await crashInTheMiddle();

      expect(answers).toHaveLength(SENDS);
      const failed = answers.filter(({ status }) => status === 502);
      expect(answers.filter(({ status }) => status !== 201 && status !== 502)).toEqual([]);
      expect(failed.every(({ body }) => body.code === 'outcome_unknown')).toBe(true);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(SENDS - failed.length);
      if (unknownOutcomePolicy === 'resend') expect(failed).toHaveLength(0);

      const { total } = await system.control<{ total: number }>('GET', '/messages');
      expect(total + failed.length).toBe(SENDS);
      expect(await system.control('GET', '/duplicates')).toMatchObject({ data: [] });

      const settled = await until(
        async () => {
          const feed = await feedOf(run);
          const ends = [...feed.values()].map(highest);
          return (
            feed.size === SENDS && ends.every((status) => status === 'read' || status === 'failed') && feed
          );
        },
        { timeoutMs: 30_000, everyMs: 500, describe: 'the last status of every message' },
      );
      for (const events of settled.values()) expect(events[0]!.data.status).toBe('accepted');
      expect([...settled.values()].filter((events) => highest(events) === 'failed')).toHaveLength(
        failed.length,
      );
      const sequences = (await api.allEvents()).map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    },
  );
});
