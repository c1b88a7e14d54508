import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { until } from '@wbiz/testing/stack';
import { templatesSystem, type TemplatesSystem } from '../templates.harness.js';

jest.setTimeout(60_000);
let system: TemplatesSystem;

beforeAll(async () => {
  system = await templatesSystem({ replicas: 2 });
});
afterAll(() => system.close());

const graphCalls = async (wabaId: string) => {
  const { body } = await system.simulator.control('GET', '/requests?limit=1000');
  return (body as { data: { method: string; path: string }[] }).data.filter(
    ({ method, path }) => method === 'GET' && path.includes(`${wabaId}/message_templates`),
  ).length;
};
const streamsOf = async (accountId: string) => {
  const { rows } = await system.pool.query<{ n: number }>(
    'select count(*)::int as n from templates.templates where account_id = $1',
    [accountId],
  );
  return rows[0]!.n;
};
const approved = (wabaId: string, token: string, count: number) =>
  until(
    async () => {
      const { body } = await system.simulator.graph(
        'GET',
        `/${wabaId}/message_templates?status=APPROVED&limit=500`,
        undefined,
        token,
      );
      return (body as { data: unknown[] }).data.length === count;
    },
    { describe: `${count} approved templates` },
  );

describe('a sync', () => {
  it('pulls all templates over all pages, and a second one changes nothing', async () => {
    const { accountId, wabaId, token } = await system.newAccount(160);
    await approved(wabaId, token, 160);
    const first = await system.sync(accountId);
    expect(first.accepted).toEqual({ ok: true, data: { status: 'accepted' } });
    expect(first.settled).toEqual({ ok: true, data: { total: 160, created: 160, updated: 0, removed: 0 } });
    expect(await system.listOf(accountId)).toHaveLength(160);
    const events = await system.eventsOf(accountId);
    expect(events.filter(({ type }) => type === 'template.changed')).toHaveLength(160);
    expect(events.filter(({ type }) => type === 'template.status')).toEqual([]);

    const second = await system.sync(accountId);
    expect(second.settled).toEqual({ ok: true, data: { total: 160, created: 0, updated: 0, removed: 0 } });
    const after = await system.eventsOf(accountId);
    expect(after.filter(({ type }) => type.startsWith('template.'))).toHaveLength(160);
  });

  it('removes what Meta no longer has, and takes a template of the same name for a new one', async () => {
    const { accountId, wabaId, token, create, remove } = await system.newAccount();
    await create('seasonal_reject');
    await system.sync(accountId);
    const before = (await system.listOf(accountId)).find(({ name }) => name === 'seasonal_reject')!;
    await until(async () => (await system.sync(accountId)) && (await statusOf(before.id)) === 'rejected');
    await remove('seasonal_reject');
    expect((await system.sync(accountId)).settled).toMatchObject({ data: { total: 3, removed: 1 } });
    expect(await system.ask('template.get', { accountId, id: before.id })).toBeNull();
    const removed = (await system.eventsOf(accountId)).filter(({ type }) => type === 'template.removed');
    expect(removed.map(({ data }) => data)).toMatchObject([
      { templateId: before.id, name: 'seasonal_reject' },
    ]);

    await create('seasonal_reject');
    expect((await system.sync(accountId)).settled).toMatchObject({ data: { total: 4, created: 1 } });
    const { id } = (await system.ask('template.find', {
      accountId,
      name: 'seasonal_reject',
      language: 'en_US',
    }))!;
    expect(id).not.toBe(before.id);
    expect(await streamsOf(accountId)).toBe(5);
    await approved(wabaId, token, 3);

    async function statusOf(templateId: string) {
      return (await system.ask('template.get', { accountId, id: templateId }))?.status;
    }
  });

  it('is one for all who ask at the same time, and never makes a template twice', async () => {
    const { accountId, wabaId } = await system.newAccount(40);
    await system.simulator.control('POST', '/behaviour', { latencyMs: [60, 60] });
    try {
      const all = await Promise.all(Array.from({ length: 12 }, () => system.sync(accountId)));
      expect(all.map(({ settled }) => settled?.ok)).toEqual(all.map(() => true));
      const created = all.map(({ settled }) => (settled as { data: { created: number } }).data.created);
      expect(new Set(created)).toEqual(new Set(created.includes(0) ? [0, 40] : [40]));
    } finally {
      await system.simulator.control('POST', '/behaviour', { latencyMs: [0, 0] });
    }
    await system.idle(accountId);
    expect(await streamsOf(accountId)).toBe(40);
    expect(await graphCalls(wabaId)).toBeLessThan(12);
  });

  it('is accepted once however often the command comes', async () => {
    const { accountId } = await system.newAccount();
    const { id } = await system.sync(accountId);
    const again = await system.send('template.sync', {}, { accountId, id });
    expect(again.accepted).toEqual({ ok: true, data: { status: 'accepted' } });
    const requested = (await system.eventsOf(accountId)).filter(({ type }) => type === 'sync.requested');
    expect(requested).toHaveLength(1);
    expect(await system.ask('command.reply', { commandId: id, expire: true })).toMatchObject({ ok: true });
  });

  it('that came too late is not begun', async () => {
    const { accountId } = await system.newAccount();
    const id = newId('cmd');
    expect(await system.ask('command.reply', { commandId: id, expire: true })).toBeNull();
    void system.send('template.sync', {}, { accountId, id, timeoutMs: 500 }).catch(() => undefined);
    await system.sync(accountId);
    const requested = (await system.eventsOf(accountId)).filter(({ type }) => type === 'sync.requested');
    expect(requested.map(({ data }) => data['requestId'])).not.toContain(id);
  });

  it('tries again when Meta fails for a moment', async () => {
    const { accountId, wabaId } = await system.newAccount();
    await system.simulator.control('POST', '/behaviour', {
      faults: [
        { match: { path: wabaId }, kind: 'reset', rate: 1, times: 1 },
        { match: { path: wabaId }, kind: 'error', code: 2, rate: 1, times: 1 },
      ],
    });
    expect((await system.sync(accountId)).settled).toMatchObject({ ok: true, data: { created: 3 } });
    expect(await graphCalls(wabaId)).toBe(3);
  });

  it('ends with an error when Meta does not take the token, and is tried again once the account is connected again', async () => {
    const { accountId, wabaId } = await system.newAccount();
    await system.simulator.control('POST', '/behaviour', {
      faults: [{ match: { path: wabaId }, kind: 'error', code: 190, rate: 1, times: 1 }],
    });
    expect((await system.sync(accountId)).settled).toMatchObject({
      ok: false,
      error: { code: 'upstream_error', details: { metaCode: 190 } },
    });
    await system.idle(accountId);
    expect(await system.listOf(accountId)).toEqual([]);
    await system.announce(accountId, wabaId);
    expect(await until(async () => (await system.listOf(accountId)).length)).toBe(3);
  });

  it('of an account without a token ends with an error', async () =>
    expect((await system.sync(newId('acc'))).settled).toMatchObject({
      ok: false,
      error: { code: 'upstream_error' },
    }));
});

describe('an account that was connected', () => {
  it('has its templates pulled, and again once it gets another token, but not when operators change it', async () => {
    const { accountId, wabaId, create } = await system.newAccount();
    await system.announce(accountId, wabaId);
    expect(await until(async () => (await system.listOf(accountId)).length)).toBe(3);
    await create('made_elsewhere');
    for (const change of [{ plan: 'growth' }, { entitled: false }, { status: 'suspended' }] as const)
      await system.announce(accountId, wabaId, change);
    await system.announce(accountId, wabaId, { checkedAt: '2026-11-23T10:00:00.000Z' });
    expect(await until(async () => (await system.listOf(accountId)).length === 4)).toBe(true);
    const { rows } = await system.pool.query<{ requests: number }>(
      'select requests::int from templates.flow_syncs where account_id = $1',
      [accountId],
    );
    expect(rows).toEqual([{ requests: 2 }]);
  });

  it('has unreported changes found when it is next due, and is not due once it is disconnected', async () => {
    const { accountId, wabaId, create } = await system.newAccount();
    const dueIn = async () =>
      (
        await system.pool.query<{ hours: number | null }>(
          `select extract(epoch from due_at - now())::float8 / 3600 as hours from templates.syncs where account_id = $1`,
          [accountId],
        )
      ).rows[0]!.hours;
    await system.announce(accountId, wabaId);
    await until(async () => (await system.listOf(accountId)).length === 3);
    await system.idle(accountId);
    expect(await dueIn()).toBeGreaterThan(4);
    await create('made_elsewhere');
    await system.pool.query('update templates.syncs set due_at = now() where account_id = $1', [accountId]);
    await until(async () => (await system.listOf(accountId)).length === 4);
    await system.idle(accountId);
    await system.announce(accountId, wabaId, { status: 'disconnected' });
    await until(async () => (await dueIn()) === null);
  });

  it('and was disconnected is not pulled', async () => {
    const gone = await system.newAccount();
    const here = await system.newAccount();
    await system.announce(gone.accountId, gone.wabaId, { status: 'disconnected' });
    await system.announce(here.accountId, here.wabaId);
    await until(async () => (await system.listOf(here.accountId)).length);
    expect(await graphCalls(gone.wabaId)).toBe(0);
  });
});
