import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { templatesSystem, type TemplatesSystem } from '../templates.harness.js';
import { SyncJobs, type SyncTable } from './sync.jobs.js';

jest.setTimeout(60_000);
/** The times at which each table was polled. */
const claims: Record<SyncTable, number[]> = { 'templates.syncs': [], 'templates.flow_syncs': [] };
const { claim } = SyncJobs.prototype;
jest.spyOn(SyncJobs.prototype, 'claim').mockImplementation(function (this: SyncJobs, room) {
  claims[this['table']].push(performance.now());
  return claim.call(this, room);
});

let system: TemplatesSystem;
beforeAll(async () => {
  system = await templatesSystem();
});
afterEach(() => Object.values(claims).forEach((at) => at.splice(0)));
afterAll(() => system.close());

/** Resolves when neither table will be polled within 1.4 s unless woken. */
const atRest = () =>
  until(
    () =>
      Object.values(claims).every(
        (at) => at.at(-1)! - at.at(-2)! > 3_900 && performance.now() - at.at(-1)! < 2_600,
      ),
    { timeoutMs: 40_000 },
  );
const pulled = async (table: string, accountId: string) => {
  const { rows } = await system.pool.query<{ pulled_at: Date | null }>(
    `select pulled_at from templates.${table} where account_id = $1`,
    [accountId],
  );
  return rows[0]?.pulled_at?.getTime() ?? 0;
};

it('workers at rest pull the templates and the flows of an account that is connected at once', async () => {
  const { accountId, wabaId } = await system.newAccount();
  await atRest();
  const from = performance.now();
  await system.announce(accountId, wabaId);
  await until(async () => (await pulled('syncs', accountId)) && (await pulled('flow_syncs', accountId)));
  expect(performance.now() - from).toBeLessThan(1_200);
});

it.each([
  ['templates', 'message_template_components_update', { message_template_id: 1 }, 'syncs'],
  ['flows', 'flows', { event: 'FLOW_STATUS_CHANGE', flow_id: '1' }, 'flow_syncs'],
])('workers at rest pull the %s that a webhook tells of at once', async (_, field, value, table) => {
  const { accountId, wabaId } = await system.newAccount();
  await system.announce(accountId, wabaId);
  await until(async () => (await pulled('syncs', accountId)) && (await pulled('flow_syncs', accountId)));
  const before = await pulled(table, accountId);
  await atRest();
  const from = performance.now();
  await system.change(wabaId, field, value);
  await until(async () => (await pulled(table, accountId)) > before);
  expect(performance.now() - from).toBeLessThan(1_200);
});
