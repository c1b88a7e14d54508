import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import type { CreatePreset, UpdatePreset } from '@wbiz/contracts/preset';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { templatesStore } from '../templates.harness.js';
import { presets } from './preset.decider.js';
import { PresetQueries } from './preset.queries.js';

let database: StoreUnderTest;
let queries: PresetQueries;
beforeAll(async () => {
  database = await templatesStore({ max: 4 });
  queries = new PresetQueries(database.pool);
});
afterAll(() => database.close());

const CARD: CreatePreset = {
  kind: 'list',
  body: 'How can we help?',
  header: { type: 'text', text: 'Hi' },
  button: 'Open',
  sections: [{ title: 'All', rows: [{ id: 'sales', title: 'Sales', description: 'What we have' }] }],
};

/** The presets of a new account. */
function account(accountId = newId('acc')) {
  const base = () => ({ id: newId('cmd'), accountId });
  const at = () => new Date().toISOString();
  return {
    create: async (given: Partial<CreatePreset> = {}) => {
      const data = { ...CARD, ...given, presetId: newId('int'), at: at() };
      const reply = (await database.store.execute(presets, { ...base(), type: 'preset.create', data }))!;
      if (!reply.ok) throw new Error(reply.error.message);
      return reply.data;
    },
    update: async (presetId: string, change: UpdatePreset) => {
      const data = { ...change, presetId, at: at() };
      return (await database.store.execute(presets, { ...base(), type: 'preset.update', data }))!;
    },
    remove: async (presetId: string) => {
      const data = { presetId, at: at() };
      return (await database.store.execute(presets, { ...base(), type: 'preset.delete', data }))!;
    },
    get: (id: string) => queries.get({ accountId, id }),
    list: (ask: object = {}) => queries.list({ accountId, ...ask }),
    bodies: async (search: string) =>
      (await queries.list({ accountId, search })).data.map(({ body }) => body),
  };
}

describe('presets', () => {
  it('are listed and got as they are answered, to the byte, newest first, page by page', async () => {
    const one = account();
    const made = [];
    for (const body of ['a', 'b', 'c']) made.push(await one.create({ body }));
    const first = await one.list({ limit: 2 });
    expect(JSON.stringify(first.data)).toBe(JSON.stringify([made[2], made[1]]));
    expect(JSON.stringify(await one.get(made[0]!.id))).toBe(JSON.stringify(made[0]));
    expect(Object.keys(made[0]!)).toEqual([
      'id',
      'name',
      'kind',
      'body',
      'header',
      'button',
      'sections',
      'createdAt',
      'updatedAt',
    ]);
    const { data, nextCursor } = await one.list({ limit: 2, cursor: first.nextCursor });
    expect([data.map(({ body }) => body), nextCursor]).toEqual([['a'], null]);
    await expect(one.list({ cursor: 'none' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are found by any part of name and body, in any case', async () => {
    const one = account();
    await one.create({ name: 'Größe wählen', body: 'Which one?' });
    await one.create({ body: '100% Cotton_' });
    for (const search of ['GRÖ', 'wÄHLEN', 'which']) expect(await one.bodies(search)).toEqual(['Which one?']);
    expect(await one.bodies('0% COTTON_')).toEqual(['100% Cotton_']);
    expect(await one.bodies('%')).toEqual(['100% Cotton_']);
    expect(await one.bodies('o')).toEqual(['100% Cotton_', 'Which one?']);
    expect(await one.bodies('open')).toEqual([]);
  });

  it('are what they were changed to at once', async () => {
    const one = account();
    const { id } = await one.create({ name: 'Help' });
    const reply = await one.update(id, {
      kind: 'buttons',
      buttons: [{ id: 'yes', title: 'Yes' }],
      name: null,
    });
    expect(reply).toMatchObject({ ok: true });
    const seen = await one.get(id);
    expect(reply.ok && JSON.stringify(reply.data)).toBe(JSON.stringify(seen));
    const { createdAt, updatedAt, ...card } = seen!;
    expect(card).toEqual({
      id,
      name: null,
      kind: 'buttons',
      body: CARD.body,
      header: CARD.header,
      buttons: [{ id: 'yes', title: 'Yes' }],
    });
    expect(createdAt <= updatedAt).toBe(true);
    expect(await one.bodies('help')).toEqual([CARD.body]);
    expect(await one.update(id, { buttons: null })).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', details: [{ pointer: '/buttons' }] },
    });
    expect(await one.get(id)).toEqual(seen);
  });

  it('are there for their own account only, and not once they are deleted', async () => {
    const [one, other] = [account(), account()];
    const { id } = await one.create();
    const missing = { ok: false, error: { code: 'not_found' } };
    expect(await other.get(id)).toBeNull();
    expect(await other.update(id, { body: 'x' })).toMatchObject(missing);
    expect(await other.remove(id)).toMatchObject(missing);
    expect((await other.list()).data).toEqual([]);
    expect(await one.remove(id)).toEqual({ ok: true, data: null });
    expect(await one.update(id, { body: 'x' })).toMatchObject(missing);
    expect([await one.get(id), (await one.list()).data]).toEqual([null, []]);
    const { rows } = await database.pool.query<{ state: unknown }>(
      'select state from templates.presets where stream = $1',
      [id],
    );
    expect(rows[0]!.state).toEqual(await database.store.replay(presets, id));
  });
});
