import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TemplateView } from '@wbiz/contracts/template';
import { until } from '@wbiz/testing/stack';
import { templatesSystem, type TemplatesSystem } from '../templates.harness.js';

jest.setTimeout(60_000);
let system: TemplatesSystem;

beforeAll(async () => {
  system = await templatesSystem();
});
afterAll(() => system.close());

type Account = Awaited<ReturnType<TemplatesSystem['newAccount']>>;

/** An account whose templates were pulled after the account was connected. */
async function connected(templates?: number): Promise<Account> {
  const account = await system.newAccount(templates);
  await system.announce(account.accountId, account.wabaId);
  await until(async () => (await system.listOf(account.accountId)).length >= (templates ?? 3));
  await system.idle(account.accountId);
  return account;
}
const named = async ({ accountId }: Account, name: string) =>
  (await system.ask('template.find', { accountId, name, language: 'en_US' }))!;
const metaOf = ({ metaId }: TemplateView) => ({ message_template_id: Number(metaId) });
const STATUS = 'message_template_status_update';

describe("Meta's webhooks", () => {
  it('move the status, and both events go out', async () => {
    const account = await connected();
    const before = await named(account, 'diwali_offer');
    await system.simulator.control('POST', `/templates/${before.metaId}/review`, { decision: 'PAUSED' });
    await system.receiver.until(() =>
      system.receiver
        .values()
        .some(({ event, message_template_id: id }) => event === 'PAUSED' && String(id) === before.metaId),
    );
    await system.passOn(account.wabaId, STATUS);
    expect(await until(async () => (await named(account, 'diwali_offer')).status === 'paused')).toBe(true);
    const told = (await system.eventsOf(account.accountId)).slice(-2);
    expect(told).toMatchObject([
      { type: 'template.changed', data: { id: before.id, status: 'paused' } },
      { type: 'template.status', data: { templateId: before.id, status: 'paused', reason: 'FIRST_PAUSE' } },
    ]);

    await system.passOn(account.wabaId, STATUS);
    await system.change(account.wabaId, 'message_template_quality_update', {
      ...metaOf(before),
      new_quality_score: 'RED',
    });
    expect(await until(async () => (await named(account, 'diwali_offer')).qualityScore)).toBe('RED');
    const after = await system.eventsOf(account.accountId);
    expect(after.filter(({ type }) => type === 'template.status')).toHaveLength(1);
  });

  it('about a template that is not known have the templates pulled', async () => {
    const account = await connected();
    const metaId = await account.create('made_elsewhere');
    await system.change(account.wabaId, STATUS, { message_template_id: Number(metaId), event: 'APPROVED' });
    await until(() => named(account, 'made_elsewhere'));
    expect((await named(account, 'made_elsewhere')).metaId).toBe(metaId);
  });

  it('about components have the templates pulled', async () => {
    const account = await connected();
    const before = await named(account, 'hello_world');
    const components = [{ type: 'BODY', text: 'Welcome again.' }];
    await system.simulator.graph('POST', `/${before.metaId}`, { components }, account.token);
    await system.change(account.wabaId, 'message_template_components_update', metaOf(before));
    await until(async () => (await named(account, 'hello_world')).components.length === 1);
    expect((await named(account, 'hello_world')).components).toEqual(components);
  });

  it('that are older than the last pull do not move anything back, but have Meta asked', async () => {
    const account = await connected();
    const template = await named(account, 'hello_world');
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    await system.change(account.wabaId, STATUS, { ...metaOf(template), event: 'PAUSED' }, hourAgo);
    await system.change(account.wabaId, 'message_template_quality_update', {
      ...metaOf(template),
      new_quality_score: 'GREEN',
    });
    await until(async () => (await named(account, 'hello_world')).qualityScore === 'GREEN');
    await system.idle(account.accountId);
    const { rows } = await system.pool.query('select requests from templates.syncs where account_id = $1', [
      account.accountId,
    ]);
    expect(rows).toEqual([{ requests: '2' }]);
    expect((await named(account, 'hello_world')).status).toBe('approved');
  });

  it('of a deletion remove the template', async () => {
    const account = await connected();
    const template = await named(account, 'hello_world');
    await system.change(account.wabaId, STATUS, { ...metaOf(template), event: 'DELETED' });
    await until(async () => !(await named(account, 'hello_world')));
    expect((await system.eventsOf(account.accountId)).at(-1)).toMatchObject({
      type: 'template.removed',
      data: { templateId: template.id },
    });
  });

  it('of another account or of none are passed over', async () => {
    const [one, other] = [await connected(), await connected()];
    const template = await named(one, 'hello_world');
    await system.change(other.wabaId, STATUS, { ...metaOf(template), event: 'PAUSED' });
    await system.change('999', STATUS, { ...metaOf(template), event: 'PAUSED' });
    await system.change(one.wabaId, 'account_update', { event: 'ACCOUNT_DELETED' });
    await system.change(one.wabaId, STATUS, {
      ...metaOf(await named(one, 'diwali_offer')),
      event: 'DISABLED',
    });
    await until(async () => (await named(one, 'diwali_offer')).status === 'disabled');
    await system.idle(other.accountId);
    expect((await named(one, 'hello_world')).status).toBe('approved');
  });
});

describe('the list', () => {
  let account: Account;
  let other: Account;
  beforeAll(async () => {
    [account, other] = [await connected(), await connected()];
    await account.create('promo_one', { category: 'MARKETING' });
    await account.create('promo_two', { category: 'MARKETING', language: 'hi' });
    await system.sync(account.accountId);
  });
  const list = async (asked: object = {}) => {
    const { data, nextCursor } = await system.ask('template.list', {
      accountId: account.accountId,
      ...asked,
    });
    return { names: data.map(({ name }) => name), nextCursor };
  };

  it.each([
    [{ category: 'MARKETING' }, ['diwali_offer', 'promo_one', 'promo_two']],
    [{ category: 'marketing', language: 'hi' }, ['promo_two']],
    [{ language: 'en_US', search: 'PROMO' }, ['promo_one']],
    [{ search: 'o_w' }, ['hello_world']],
    [{ search: '%' }, []],
    [{ status: 'paused' as const }, []],
    [{ status: 'approved' as const, search: 'order' }, ['order_confirmation']],
  ])('filtered by %j', async (asked, names) => expect((await list(asked)).names.sort()).toEqual(names));

  it('goes on where it was, newest first, while templates come and go', async () => {
    const all = (await list()).names;
    expect(all).toHaveLength(5);
    const first = await list({ limit: 2 });
    await account.create('newest_of_all');
    await system.sync(account.accountId);
    const second = await list({ limit: 2, cursor: first.nextCursor! });
    await account.remove(all[4]!);
    await system.sync(account.accountId);
    const third = await list({ limit: 2, cursor: second.nextCursor! });
    expect([first.names, second.names, third]).toEqual([
      all.slice(0, 2),
      all.slice(2, 4),
      { names: [], nextCursor: null },
    ]);
    expect((await list()).names[0]).toBe('newest_of_all');
  });

  it.each(['', 'x', Buffer.from('[1]').toString('base64url')])('refuses the cursor %j', (cursor) =>
    expect(list({ cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ pointer: '?cursor' }],
    }),
  );

  it('and all else shows an account nothing of another', async () => {
    const { accountId } = other;
    const { id } = (await system.listOf(account.accountId)).find(({ name }) => name === 'promo_one')!;
    expect(await system.ask('template.get', { accountId: account.accountId, id })).toMatchObject({
      name: 'promo_one',
    });
    expect(await system.ask('template.get', { accountId, id })).toBeNull();
    expect(await system.ask('template.find', { accountId, name: 'promo_one', language: 'en_US' })).toBeNull();
    expect((await system.listOf(accountId)).map(({ name }) => name).sort()).toEqual([
      'diwali_offer',
      'hello_world',
      'order_confirmation',
    ]);
  });
});
