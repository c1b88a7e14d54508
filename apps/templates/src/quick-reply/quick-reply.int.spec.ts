import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import type { CreateQuickReply, UpdateQuickReply } from '@wbiz/contracts/quick-reply';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { templatesStore } from '../templates.harness.js';
import { quickReplies } from './quick-reply.aggregate.js';
import { QuickReplyQueries } from './quick-reply.queries.js';

let database: StoreUnderTest;
let stores: readonly EventStore[];
let queries: QuickReplyQueries;
beforeAll(async () => {
  database = await templatesStore({ max: 8 });
  stores = [database.store, database.newStore()];
  queries = new QuickReplyQueries(database.pool);
});
afterAll(() => database.close());

const HOURS = { shortcut: '/hours', title: 'Store hours', body: 'We are open 10am to 8pm.' };

/** The quick replies of a new account. */
function account(accountId = newId('acc')) {
  const base = () => ({ id: newId('cmd'), accountId });
  const at = () => new Date().toISOString();
  return {
    create: async (given: Partial<CreateQuickReply> = {}, store = stores[0]!) => {
      const data = { ...HOURS, ...given, quickReplyId: newId('qrp'), at: at() };
      return (await store.execute(quickReplies, { ...base(), type: 'quick-reply.create', data }))!;
    },
    update: async (quickReplyId: string, change: UpdateQuickReply) => {
      const data = { ...change, quickReplyId, at: at() };
      return (await stores[0]!.execute(quickReplies, { ...base(), type: 'quick-reply.update', data }))!;
    },
    remove: async (quickReplyId: string) => {
      const data = { quickReplyId, at: at() };
      return (await stores[0]!.execute(quickReplies, { ...base(), type: 'quick-reply.delete', data }))!;
    },
    list: (ask: object = {}) => queries.list({ accountId, ...ask }),
    shortcuts: async (search?: string) =>
      (await queries.list({ accountId, ...(search ? { search } : {}) })).data.map(({ shortcut }) => shortcut),
  };
}
const idOf = (reply: Awaited<ReturnType<ReturnType<typeof account>['create']>>) => {
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.data.id;
};

describe('quick replies', () => {
  it('are listed as they are answered, newest first, page by page', async () => {
    const one = account();
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push(await one.create({ shortcut: `/${name}` }));
    const first = await one.list({ limit: 2 });
    expect(first.data).toEqual([made[2], made[1]].map((reply) => reply!.ok && reply!.data));
    expect(Object.keys(first.data[0]!)).toEqual([
      'id',
      'shortcut',
      'title',
      'body',
      'createdAt',
      'updatedAt',
    ]);
    const { data, nextCursor } = await one.list({ limit: 2, cursor: first.nextCursor });
    expect([data.map(({ shortcut }) => shortcut), nextCursor]).toEqual([['/a'], null]);
    await expect(one.list({ cursor: 'none' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are found by a part of the shortcut, the title or the body, in any case', async () => {
    const one = account();
    await one.create();
    await one.create({ shortcut: '/Größe', title: 'ÉTÉ', body: '100% cotton_wool' });
    for (const search of ['/ho', 'STORE', '8PM']) expect(await one.shortcuts(search)).toEqual(['/hours']);
    for (const search of ['/GRÖ', 'été', '0% COTTON_'])
      expect(await one.shortcuts(search)).toEqual(['/Größe']);
    expect(await one.shortcuts('o')).toEqual(['/Größe', '/hours']);
    expect(await one.shortcuts('%')).toEqual(['/Größe']);
  });

  it('have shortcuts that no other of the account has, in any case', async () => {
    const [one, other] = [account(), account()];
    const id = idOf(await one.create());
    const second = idOf(await one.create({ shortcut: '/other' }));
    const conflict = { ok: false, error: { code: 'conflict' } };
    expect(await one.create({ shortcut: '/HOURS' })).toMatchObject(conflict);
    expect(await one.update(second, { shortcut: '/Hours' })).toMatchObject(conflict);
    expect(await one.update(id, { shortcut: '/HOURS' })).toMatchObject({ ok: true });
    expect(await other.create()).toMatchObject({ ok: true });
    expect(await one.remove(id)).toEqual({ ok: true, data: null });
    expect(await one.update(second, { shortcut: '/hours' })).toMatchObject({ ok: true });
  });

  it('have them also when many are made at once', async () => {
    const one = account();
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        one.create({ shortcut: `/at-once-${index % 4}` }, stores[index % 2]).catch(() => 'again'),
      ),
    );
    expect(replies.filter((reply) => typeof reply === 'object' && reply.ok)).toHaveLength(4);
    expect((await one.shortcuts()).toSorted()).toEqual(
      ['0', '1', '2', '3'].map((name) => `/at-once-${name}`),
    );
  });

  it('are there for their own account only, and not once they are deleted', async () => {
    const [one, other] = [account(), account()];
    const id = idOf(await one.create());
    const missing = { ok: false, error: { code: 'not_found' } };
    expect(await other.update(id, { title: 'x' })).toMatchObject(missing);
    expect(await other.remove(id)).toMatchObject(missing);
    expect(await other.shortcuts()).toEqual([]);
    await one.remove(id);
    expect(await one.update(id, { title: 'x' })).toMatchObject(missing);
    expect(await one.shortcuts()).toEqual([]);
    const { rows } = await database.pool.query<{ state: unknown }>(
      'select state from templates.quick_replies where stream = $1',
      [id],
    );
    expect(rows[0]!.state).toEqual(await stores[0]!.replay(quickReplies, id));
  });
});
