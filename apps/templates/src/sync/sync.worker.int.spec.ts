import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MetaTemplate } from '@wbiz/cloud-api/meta-objects';
import { newId } from '@wbiz/contracts/ids';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { quiet } from '@wbiz/service-testing/quiet';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { templatesStore } from '../templates.harness.js';
import { syncRequests } from './sync-request.decider.js';
import { WaitingRequests } from './sync-request.waiting.js';
import { LeaseLost, markDue, SyncJobs, type SyncJob } from './sync.jobs.js';
import { SyncWorker } from './sync.worker.js';

let database: StoreUnderTest;
let pool: pg.Pool;
let store: EventStore;
let jobs: SyncJobs;

beforeAll(async () => {
  database = await templatesStore({ max: 10 });
  ({ pool, store } = database);
  jobs = new SyncJobs(pool);
});
afterAll(() => database.close());
beforeEach(() => pool.query('truncate templates.syncs'));

const leaseRunsOut = () =>
  pool.query(`update templates.syncs set lease_until = clock_timestamp() - interval '1 s'`);
const claim = async () => (await jobs.claim(1))[0];
const finish = (job: SyncJob) => inTransaction(pool, (tx) => jobs.finish(job, new Date(), tx));
const stateOf = async (accountId: string) => {
  const { rows } = await pool.query<{ due: boolean; held: boolean; failures: number }>(
    `select coalesce(due_at <= clock_timestamp(), false) as due, lease_until is not null as held, failures from templates.syncs where account_id = $1`,
    [accountId],
  );
  return rows[0];
};

describe('the jobs', () => {
  it('are each taken by one, however many try', async () => {
    await markDue(pool, ['acc_1', 'acc_2', 'acc_3', 'acc_1']);
    const taken = await Promise.all(Array.from({ length: 8 }, claim));
    expect(taken.flatMap((job) => job?.accountId ?? []).sort()).toEqual(['acc_1', 'acc_2', 'acc_3']);
  });

  it('are due again some hours later, all of them at another time, whatever came of them', async () => {
    const accounts = Array.from({ length: 20 }, (_, index) => `acc_${index}`);
    await markDue(pool, accounts);
    const taken = await jobs.claim(20);
    await Promise.all(taken.map((job, index) => (index % 2 ? finish(job) : jobs.fail(job, null))));
    const { rows } = await pool.query<{ hours: number }>(
      `select extract(epoch from due_at - clock_timestamp())::float8 / 3600 as hours from templates.syncs`,
    );
    for (const { hours } of rows) expect([hours > 4.7, hours < 7.3]).toEqual([true, true]);
    expect(new Set(rows.map(({ hours }) => Math.round(hours * 100))).size).toBeGreaterThan(10);
  });

  it('are not due any more once done, but for those asked for meanwhile', async () => {
    await markDue(pool, ['acc_1', 'acc_2']);
    const [one, two] = [(await claim())!, (await claim())!];
    await markDue(pool, [two.accountId]);
    await finish(one);
    await finish(two);
    expect(await stateOf(one.accountId)).toEqual({ due: false, held: false, failures: 0 });
    expect((await claim())?.accountId).toBe(two.accountId);
  });

  it('of one that is silent for too long go to another, and the first can do no more', async () => {
    await markDue(pool, ['acc_1']);
    const first = (await claim())!;
    await jobs.extend(first);
    await leaseRunsOut();
    const second = (await claim())!;
    expect(second.accountId).toBe('acc_1');
    await expect(jobs.extend(first)).rejects.toThrow(LeaseLost);
    await expect(finish(first)).rejects.toThrow(LeaseLost);
    await jobs.fail(first, 0);
    await jobs.release(first);
    expect(await stateOf('acc_1')).toMatchObject({ due: true, held: true });
    await finish(second);
    expect(await stateOf('acc_1')).toMatchObject({ due: false, held: false });
  });

  it('that failed come again when told, at once when asked for anew, or else not', async () => {
    await markDue(pool, ['acc_1']);
    await jobs.fail((await claim())!, 0);
    const again = (await claim())!;
    expect(again.failures).toBe(1);
    await jobs.fail(again, 60_000);
    expect(await claim()).toBeUndefined();
    await markDue(pool, ['acc_1']);
    const asked = (await claim())!;
    expect(asked.failures).toBe(0);
    await jobs.fail(asked, null);
    expect(await stateOf('acc_1')).toMatchObject({ due: false, held: false });
  });
});

describe('a worker', () => {
  const workers: SyncWorker[] = [];
  afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.work.stop())));

  const meta = (name: string): MetaTemplate => ({
    id: `meta-${name}`,
    name,
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hi' }],
  });

  /** A worker to which Meta lists the templates that `list` yields. */
  function workerWith(list: () => AsyncIterable<MetaTemplate>) {
    const replies: StagedReply[] = [];
    const worker = new SyncWorker({
      pool,
      store,
      jobs,
      credentialsOf: () => Promise.resolve({ wabaId: '1', sealedToken: 'sealed', appId: '2' }),
      unseal: () => 'token',
      cloudApi: { listTemplates: () => list() as AsyncGenerator<MetaTemplate, void, undefined> },
      waiting: new WaitingRequests(pool, store, { reply: (_address, reply) => void replies.push(reply) }),
      logger: quiet,
    });
    workers.push(worker);
    const request = async (accountId: string) => {
      const requestId = newId('cmd');
      const data = { requestId, replyTo: '127.0.0.1:1' };
      await store.execute(syncRequests, { id: requestId, accountId, type: 'template.sync', data });
      return requestId;
    };
    return { worker, replies, request };
  }
  const namesOf = async (accountId: string) => {
    const { rows } = await pool.query<{ name: string }>(
      `select state->'view'->>'name' as name from templates.templates
       where account_id = $1 and state->'removed' = 'false' order by 1`,
      [accountId],
    );
    return rows.map(({ name }) => name);
  };

  it('that lost its lease writes nothing', async () => {
    const accountId = newId('acc');
    const { worker, replies, request } = workerWith(async function* () {
      yield meta('stale');
      // Simulates another worker that has taken over and finished.
      await pool.query('update templates.syncs set fence = fence + 1, due_at = null, lease_until = null');
    });
    await request(accountId);
    worker.work.start();
    await until(async () => (await stateOf(accountId))?.due === false);
    await worker.work.stop();
    expect(await namesOf(accountId)).toEqual([]);
    expect(replies).toEqual([]);
  });

  it('removes only templates missing from two lists of Meta', async () => {
    const accountId = newId('acc');
    const lists = [['a', 'b', 'c'], ['a'], ['a', 'b']];
    const { worker, replies, request } = workerWith(async function* () {
      yield* lists.shift()!.map(meta);
    });
    worker.work.start();
    await request(accountId);
    await until(() => replies.length === 1);
    await request(accountId);
    await until(() => replies.length === 2);
    expect(replies[1]).toMatchObject({ stage: 'settled', reply: { data: { total: 1, removed: 1 } } });
    expect(await namesOf(accountId)).toEqual(['a', 'b']);
  });

  it('leaves out templates whose names exceed our limits, and takes the others', async () => {
    const accountId = newId('acc');
    const { worker, replies, request } = workerWith(async function* () {
      yield* ['a', 'x'.repeat(3_000), 'b'].map(meta);
    });
    worker.work.start();
    await request(accountId);
    await until(() => replies.length === 1);
    expect(replies[0]).toMatchObject({ stage: 'settled', reply: { data: { total: 2, created: 2 } } });
    expect(await namesOf(accountId)).toEqual(['a', 'b']);
  });

  it('settles a request that comes during a pull by the next one', async () => {
    const accountId = newId('acc');
    let lists = 0;
    let late = '';
    const { worker, replies, request } = workerWith(async function* () {
      lists += 1;
      if (lists === 1) late = await request(accountId);
      yield meta(`list_${lists}`);
    });
    worker.work.start();
    const early = await request(accountId);
    await until(() => replies.length === 2);
    expect(replies.map(({ commandId }) => commandId)).toEqual([early, late]);
    expect(await namesOf(accountId)).toContain('list_2');
  });

  it('that is stopped releases the jobs it had begun', async () => {
    const accountId = newId('acc');
    const never = Promise.withResolvers<void>();
    let began = false;
    const { worker, request } = workerWith(async function* () {
      began = true;
      await never.promise;
      yield meta('late');
    });
    worker.work.start();
    await request(accountId);
    await until(() => began);
    await worker.work.stop();
    expect(await stateOf(accountId)).toEqual({ due: true, held: false, failures: 0 });
    never.resolve();
  });
});
