import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MetaFlow } from '@wbiz/cloud-api/meta-objects';
import { CloudApiError, UpstreamUnreachable } from '@wbiz/cloud-api/graph-error';
import { newId } from '@wbiz/contracts/ids';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import type { Logger } from '@wbiz/eventing/logger';
import { serviceDatabase, until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { MIGRATIONS } from '../migrations/migrations.js';
import { markDue } from '../sync/sync.jobs.js';
import { FlowQueries } from './flow.queries.js';
import { FlowSync } from './flow.sync.js';

let database: Awaited<ReturnType<typeof serviceDatabase>>;
let pool: pg.Pool;
beforeAll(async () => {
  database = await serviceDatabase('templates', MIGRATIONS, { max: 10 });
  ({ pool } = database);
});
afterAll(() => database.close());
// Workers claim jobs of any account: removes those of other tests.
beforeEach(() => pool.query('truncate templates.flow_syncs'));

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const running: FlowSync[] = [];
afterEach(() => Promise.all(running.splice(0).map(({ work }) => work.stop())));

const meta = (name: string, over: Partial<MetaFlow> = {}): MetaFlow => ({
  id: `meta-${name}`,
  name,
  status: 'PUBLISHED',
  categories: ['SURVEY'],
  ...over,
});

/** A new account. Each pull from Meta gets the next of `lists`; the last one repeats. */
async function account(...lists: (readonly MetaFlow[] | Error | Promise<never>)[]) {
  const accountId = newId('acc');
  const wabaId = accountId.slice(4);
  await pool.query('insert into templates.accounts (id, waba_id) values ($1, $2)', [accountId, wabaId]);
  const world = { lists, calls: 0, hasToken: true };
  const sync = new FlowSync({
    pool,
    credentialsOf: async () => (world.hasToken ? { wabaId, sealedToken: 'sealed', appId: '2' } : null),
    unseal: () => 'token',
    cloudApi: {
      async *listFlows() {
        world.calls += 1;
        const next = await (world.lists.length > 1 ? world.lists.shift()! : world.lists[0]!);
        if (next instanceof Error) throw next;
        yield* next;
      },
    },
    logger: silent,
  });
  sync.work.start();
  running.push(sync);
  const queries = new FlowQueries(pool, sync);
  const list = async (ask: Partial<Ask<'flow.list'>> = {}) => queries.list({ accountId, ...ask });
  return {
    accountId,
    wabaId,
    world,
    sync,
    list,
    names: async (ask: Partial<Ask<'flow.list'>> = {}) => (await list(ask)).data.map(({ name }) => name),
    get: (id: string) => queries.get({ accountId, id }),
    /** Makes the last pull a minute older. */
    aged: () =>
      pool.query(
        `update templates.flow_syncs set pulled_at = pulled_at - interval '1 minute' where account_id = $1`,
        [accountId],
      ),
    job: async () => {
      const { rows } = await pool.query<{ dueInMs: number | null; failures: number }>(
        `select extract(epoch from due_at - clock_timestamp())::float8 * 1000 as "dueInMs", failures
         from templates.flow_syncs where account_id = $1`,
        [accountId],
      );
      return rows[0]!;
    },
  };
}
const elapsed = async (work: Promise<unknown>) => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

describe('the flows of an account', () => {
  it('are pulled when somebody asks, at most once a minute', async () => {
    const { names, world, aged } = await account([meta('one')], [meta('one'), meta('two')]);
    expect(await names()).toEqual(['one']);
    expect([await names(), world.calls]).toEqual([['one'], 1]);
    await aged();
    const all = await Promise.all(Array.from({ length: 40 }, () => names()));
    expect(new Set(all.map(String))).toEqual(new Set(['two,one']));
    expect(world.calls).toBe(2);
  });

  it('are pulled when Meta tells of a change', async () => {
    const { names, world, sync, wabaId } = await account([meta('one', { status: 'DRAFT' })], [meta('one')]);
    expect(await names()).toEqual([]);
    await sync.changed(`${wabaId}0`);
    expect([await names(), world.calls]).toEqual([[], 1]);
    await sync.changed(wabaId);
    expect([await names(), world.calls]).toEqual([['one'], 2]);
  });

  it('keep their ids, also when they come back', async () => {
    const one = meta('one', { id: 'a' });
    const changed = { ...one, name: 'uno', categories: ['OTHER', 'SURVEY'] };
    const { list, get, aged } = await account([one], [one], [changed], [], [], [changed]);
    const before = (await list()).data[0]!;
    expect(before).toEqual({
      id: expect.stringMatching(/^flw_[0-9A-HJKMNP-TV-Z]{26}$/),
      metaId: 'a',
      name: 'one',
      status: 'published',
      categories: ['SURVEY'],
      updatedAt: new Date(before.updatedAt).toISOString(),
    });
    await aged();
    expect(await get(before.id)).toEqual(before);
    await aged();
    const after = (await get(before.id))!;
    expect(after).toMatchObject({ id: before.id, name: 'uno', categories: ['OTHER', 'SURVEY'] });
    expect(after.updatedAt > before.updatedAt).toBe(true);
    await aged();
    expect([await get(before.id), (await list()).data]).toEqual([null, []]);
    await aged();
    expect(await get(before.id)).toMatchObject({ id: before.id, name: 'uno' });
  });

  it('are gone only where Meta leaves them out twice', async () => {
    const all = ['a', 'b', 'c'].map((name) => meta(name));
    const { names, aged, world } = await account(all, [all[0]!], [all[0]!, all[1]!]);
    expect(await names()).toEqual(['c', 'b', 'a']);
    await aged();
    expect([await names(), world.calls]).toEqual([['b', 'a'], 3]);
  });

  it('are listed by status, newest first, page by page', async () => {
    const statuses = ['DRAFT', 'PUBLISHED', 'THROTTLED', 'BLOCKED', 'DEPRECATED', 'SOMETHING_NEW'];
    const flows = statuses.flatMap((status) => [1, 2, 3].map((n) => meta(`${status} ${n}`, { status })));
    const { list, names } = await account([...flows, flows[4]!]);
    expect(await names()).toEqual(['PUBLISHED 3', 'PUBLISHED 2', 'PUBLISHED 1']);
    expect(await names({ status: 'deprecated' })).toHaveLength(3);
    expect(await names({ status: 'blocked' })).toHaveLength(6);
    const first = await list({ status: 'draft', limit: 2 });
    const second = await list({ status: 'draft', limit: 2, cursor: first.nextCursor! });
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual([
      'DRAFT 3',
      'DRAFT 2',
      'DRAFT 1',
    ]);
    expect(second.nextCursor).toBeNull();
    await expect(list({ cursor: 'none' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are of their own account only', async () => {
    const [one, other] = [await account([meta('one')]), await account([meta('one')])];
    const [{ id } = { id: '' }] = (await one.list()).data;
    const [{ id: ofOther } = { id: '' }] = (await other.list()).data;
    expect(id).not.toBe(ofOther);
    expect(await other.get(id)).toBeNull();
  });

  it('have names and categories that our fields hold; one whose id they do not is left out', async () => {
    const { list } = await account([
      meta('x'.repeat(500), { id: '1', categories: ['y'.repeat(500), ...Array<string>(30).fill('z')] }),
      meta('nul', { id: '2\u0000' }),
      meta('long', { id: '3'.repeat(41) }),
      { id: '4', name: 'a\u0000b', status: 'PUBLISHED' },
    ]);
    const { data } = await list();
    expect(data.map(({ metaId, name }) => [metaId, name.length])).toEqual([
      ['4', 2],
      ['1', 200],
    ]);
    expect(data[1]!.categories.map(({ length }) => length)).toEqual([60, ...Array<number>(19).fill(1)]);
  });

  it('are not changed by a pull that lost its lease', async () => {
    const released = Promise.withResolvers<never>();
    const { list, accountId, world } = await account(released.promise);
    const asked = list();
    await until(() => world.calls === 1);
    await pool.query(
      'update templates.flow_syncs set fence = fence + 1, due_at = null where account_id = $1',
      [accountId],
    );
    released.resolve([meta('stale')] as never);
    expect((await asked).data).toEqual([]);
    const { rows } = await pool.query('select from templates.flows where account_id = $1', [accountId]);
    expect(rows).toEqual([]);
  });
});

describe('while Meta', () => {
  const away = new UpstreamUnreachable('ECONNREFUSED', false);
  const refusal = new CloudApiError({ code: 190, message: 'Expired', httpStatus: 401 });

  it('is out of reach, the flows are what they were, without delay, and are tried again', async () => {
    const { names, aged, world, job } = await account([meta('one')], away);
    await names();
    await aged();
    expect(await names()).toEqual(['one']);
    expect((await job()).failures).toBeGreaterThan(0);
    expect(await elapsed(names())).toBeLessThan(500);
    world.lists = [[meta('one'), meta('two')]];
    await until(async () => (await names()).length === 2);
  });

  it('does not answer, a question waits two seconds and no more', async () => {
    const { names, aged } = await account([meta('one')], new Promise<never>(() => undefined));
    await names();
    await aged();
    const ms = await elapsed(names().then((found) => expect(found).toEqual(['one'])));
    expect(ms).toBeGreaterThan(1_500);
    expect(ms).toBeLessThan(3_500);
  });

  it('refuses the token, it is asked again in an hour, or when the account changes', async () => {
    const { names, aged, world, job, accountId } = await account([meta('one')], refusal);
    await names();
    await aged();
    expect(await names()).toEqual(['one']);
    expect((await job()).dueInMs).toBeGreaterThan(3_500_000);
    expect([await names(), world.calls]).toEqual([['one'], 2]);
    world.lists = [[meta('two')]];
    await markDue(pool, [accountId], 'templates.flow_syncs');
    expect(await names()).toEqual(['two']);
  });

  it('cannot be asked for want of a token, there are no flows', async () => {
    const { names, world, job } = await account([meta('one')]);
    world.hasToken = false;
    expect([await names(), world.calls, (await job()).dueInMs]).toEqual([[], 0, null]);
    world.hasToken = true;
    expect(await names()).toEqual(['one']);
  });
});
