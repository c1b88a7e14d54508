import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { attack, postAsMeta, textWebhook, type Hostile } from './hostile-account.js';
import { ok, type Answer, type Client, type FeedEvent } from './api-client.js';
import { startSystem, type System } from './system.js';

/** How long the measured account runs alone and then beside the hostile account, and how many outages occur in that time. */
export type Length = {
  readonly aloneMs: number;
  readonly besideMs: number;
  readonly outages: number;
  /** True if answer times are compared; false in short runs, whose calls are too few for a p99. */
  readonly isPaced: boolean;
};

/** How long, after an outage, the installation may take to recover and catch up. */
const BACK_MS = 20_000;
const FROZEN_MS = 10_000;
/** Killed in this order. A short run ends before messaging, whose kill during a call to Meta leaves a send pending (504). */
const KILLED = ['contacts', 'templates', 'webhooks', 'campaigns', 'messaging'];
/** A text in messages: the database rejects feed rows of the hostile account that contain it. */
const BREAKS = 'breaks a projection';

type Call = {
  what: string;
  at: number;
  ms: number;
  status: number;
  retryAfter: string | null;
  body: unknown;
};
type Message = { readonly messageId: string };

/** Defines tests in which one account attacks and processes go down; calls of another account must stay fast. */
export function describeHostile({ aloneMs, besideMs, outages, isPaced }: Length): void {
  let system: System;
  let hostile: Hostile;
  let api: Client & { accountId: string };
  const sent = new Set<string>();
  const downs: { from: number; to: number }[] = [];

  beforeAll(async () => {
    system = await startSystem({ ownStack: true, supervised: true });
    await system.control('POST', '/behaviour', {
      throughputPerSecond: 1000,
      latencyMs: [5, 10],
      statusDelayMs: [10, 50],
    });
    api = await system.connect();
    const waba = await system.control<{ id: string; phoneNumbers: { id: string }[] }>('POST', '/wabas', {
      token: 'hostile',
      phoneNumbers: 1,
    });
    const other = await system.connect({ wabaId: waba.id, accessToken: 'hostile' });
    hostile = { ...other, wabaId: waba.id, phoneNumberId: waba.phoneNumbers[0]!.id };
  }, 180_000);
  afterAll(() => system?.stop());
  async function sql(text: string): Promise<void> {
    const db = new pg.Client({ connectionString: system.databaseUrl });
    await db.connect();
    await db.query(text);
    await db.end();
  }

  /** Until `signal`, makes three kinds of calls in parallel, one of each kind at a time; retries a 503 with the same key. */
  async function measure(signal: AbortSignal): Promise<Call[]> {
    const calls: Call[] = [];
    const timed = async <Body>(what: string, run: () => Promise<Answer<Body>>): Promise<Answer<Body>> => {
      for (;;) {
        const at = Date.now();
        const from = performance.now();
        const { status, headers, body } = await run();
        const retryAfter = headers.get('retry-after');
        calls.push({
          what,
          at,
          ms: performance.now() - from,
          status,
          retryAfter,
          body: status < 300 ? undefined : body,
        });
        if (status !== 503) return { status, headers, body };
        await delay(500);
      }
    };
    const kinds = [
      async () => {
        const headers = { 'idempotency-key': randomUUID() };
        const message = {
          to: `+1415${randomInt(2_000_000, 9_999_999)}`,
          template: 'hello_world',
          language: 'en_US',
        };
        const { body } = await timed('send', () =>
          api.post<Message>('/v1/messages/template', message, headers),
        );
        sent.add(body.messageId);
      },
      async () => {
        const name = randomUUID();
        const headers = { 'idempotency-key': name };
        const person = { phone: `+1415${randomInt(2_000_000, 9_999_999)}`, name };
        const { body } = await timed('contact', () =>
          api.post<{ id: string }>('/v1/contacts', person, headers),
        );
        const read = await timed('contact read', () => api.get<{ name: string }>(`/v1/contacts/${body.id}`));
        expect(read.body.name).toBe(name);
      },
      async () => void (await timed('feed', () => api.get('/v1/events?limit=20'))),
    ];
    await Promise.all(
      kinds.map(async (kind) => {
        for (; !signal.aborted; await delay(100)) await kind();
      }),
    );
    return calls;
  }
  const wasDown = ({ at, ms }: Call) => downs.some(({ from, to }) => at < to && at + ms > from);
  function paces(calls: readonly Call[]) {
    const kinds = Map.groupBy(
      calls.filter((one) => !wasDown(one)),
      ({ what }) => what,
    );
    return Object.fromEntries(
      [...kinds].map(([what, ofKind]) => {
        const times = ofKind.map(({ ms }) => ms).sort((one, other) => one - other);
        const at = (share: number) => Math.round(times[Math.ceil(times.length * share) - 1]!);
        return [what, { p50: at(0.5), p99: at(0.99), count: times.length }];
      }),
    );
  }

  async function outage(turn: number): Promise<void> {
    const victim = KILLED[turn % KILLED.length]!;
    const down = { from: Date.now(), to: Infinity };
    downs.push(down);
    if (turn % 7 === 5) {
      const part = system.stack![turn % 2 ? 'kafka' : 'postgres'];
      await part.down();
      await part.up();
    } else if (turn % 7 === 6) {
      process.kill(system.pidOf('contacts'), 'SIGSTOP');
      await delay(FROZEN_MS); // the length of the freeze is what is tested
      process.kill(system.pidOf('contacts'), 'SIGCONT');
    } else await system.kill(victim);
    await delay(BACK_MS);
    down.to = Date.now();
  }

  /** Makes the database reject the hostile account's feed rows that contain the text BREAKS. */
  async function breakHostile(): Promise<void> {
    await sql(`
      create function public.breaks() returns trigger language plpgsql as $$ begin
        if new.account_id = '${hostile.accountId}' and to_json(new)::text like '%${BREAKS}%' then
          raise exception 'it breaks here' using errcode = 'XX000';
        end if;
        return new;
      end $$;
      create trigger breaks before insert on webhooks.feed for each row execute function public.breaks();`);
  }

  it(
    'nobody notices what one account does',
    async () => {
      await measure(AbortSignal.timeout(aloneMs / 4)); // warm-up
      const alone = await measure(AbortSignal.timeout(aloneMs));

      const seed = randomInt(1_000_000_000);
      const over = new AbortController();
      await breakHostile();
      const attacking = attack(system, hostile, { seed, signal: over.signal });
      const measuring = measure(over.signal);
      const wrote: string[] = [];
      const writing = (async () => {
        for (let n = 1; !over.signal.aborted; n += 1) {
          const text = `${n}${n === 5 ? ` ${BREAKS}` : ''}`;
          const payload = textWebhook(hostile, '14157770000', text);
          for (;;) {
            const { status } = await postAsMeta(system, payload);
            if (status === 200) break;
            await delay(500);
          }
          wrote.push(text);
          await delay(500);
        }
      })();
      const rest = besideMs - outages * BACK_MS;
      expect(rest).toBeGreaterThan(0);
      for (let turn = 0; turn < outages; turn += 1) {
        await delay(rest / (outages + 1));
        await outage(turn);
      }
      await delay(rest / (outages + 1));
      over.abort();
      const [counts, beside] = await Promise.all([attacking, measuring, writing]);
      const before = paces(alone);
      const during = paces(beside);
      console.info(
        JSON.stringify(
          { seed, counts, before, during, refused: beside.filter(({ status }) => status >= 300).length },
          null,
          1,
        ),
      );

      const refused = [...alone, ...beside].filter(({ status }) => status >= 300);
      expect(
        refused.filter((one) => one.status !== 503 || !(Number(one.retryAfter) > 0) || !wasDown(one)),
      ).toEqual([]);
      expect(ok(await system.admin('GET', '/accounts'))).toBeDefined();
      await expectNothingLost();
      await expectHostileMended(wrote);
      const slow = Object.entries(during).filter(([what, { p99 }]) => p99 > 2 * before[what]!.p99 + 50);
      if (isPaced) expect(slow).toEqual([]);
    },
    2 * (aloneMs + besideMs) + 600_000,
  );

  async function expectNothingLost(): Promise<void> {
    const told = await until(
      async () => {
        const events = await api.allEvents();
        const read = events.filter(({ type, data }) => type === 'message.status' && data.status === 'read');
        return new Set(read.map(({ data }) => data.messageId)).size >= sent.size && events;
      },
      { timeoutMs: 120_000, everyMs: 1_000, describe: `${sent.size} messages read` },
    );
    expectDense(told);
    const ids = new Set(
      told.filter(({ type }) => type === 'message.status').map(({ data }) => data.messageId),
    );
    expect([...sent].filter((id) => !ids.has(id))).toEqual([]);
    expect(await system.control('GET', '/duplicates')).toMatchObject({ total: 0 });
  }
  const expectDense = (events: readonly FeedEvent[]) =>
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));

  /** Checks that the hostile account is parked, and that its feed is complete and in order once the database accepts all rows. */
  async function expectHostileMended(wrote: readonly string[]): Promise<void> {
    type Parked = { projections: { service: string; projection: string; parked: { accountId: string }[] }[] };
    const parked = async () =>
      ok(await system.admin<Parked>('GET', '/projections')).projections.flatMap(
        ({ service, projection, parked: accounts }) =>
          accounts.map(({ accountId }) => ({ service, projection, accountId })),
      );
    expect(await parked()).toContainEqual({
      service: 'webhooks',
      projection: 'feed',
      accountId: hostile.accountId,
    });
    expect((await parked()).filter(({ accountId }) => accountId !== hostile.accountId)).toEqual([]);
    await sql('drop trigger breaks on webhooks.feed');
    await until(async () => (await parked()).length === 0, {
      timeoutMs: 330_000,
      everyMs: 1_000,
      describe: 'no account parked',
    });
    const texts = (events: readonly FeedEvent[]) =>
      events.flatMap(({ type, data }) =>
        type === 'message.received' && data.from === '+14157770000' ? [data.body] : [],
      );
    const told = await until(
      async () => {
        const events = await hostile.allEvents();
        return texts(events).length >= wrote.length && events;
      },
      { timeoutMs: 60_000, everyMs: 1_000, describe: `${wrote.length} texts in the hostile account's feed` },
    );
    expect(texts(told)).toEqual(wrote);
    expectDense(told);
  }
}
