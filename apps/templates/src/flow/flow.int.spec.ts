import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { FlowStatus } from '@wbiz/contracts/flow';
import { until } from '@wbiz/testing/stack';
import { templatesSystem, type TemplatesSystem } from '../templates.harness.js';

jest.setTimeout(60_000);
let system: TemplatesSystem;

beforeAll(async () => {
  system = await templatesSystem();
});
afterAll(() => system.close());

type Account = Awaited<ReturnType<TemplatesSystem['newAccount']>>;
const names = async ({ accountId }: Account, status?: FlowStatus) => {
  const { data } = await system.ask('flow.list', { accountId, ...(status && { status }) });
  return data.map(({ name }) => name).sort();
};
const pulls = async ({ wabaId }: Account) => {
  const { body } = await system.simulator.control('GET', '/requests?limit=1000');
  return (body as { data: { path: string }[] }).data.filter(({ path }) => path.includes(`${wabaId}/flows`))
    .length;
};
async function connected(): Promise<Account> {
  const account = await system.newAccount();
  await system.announce(account.accountId, account.wabaId);
  await until(async () => {
    const { rows } = await system.pool.query('select from templates.flows where account_id = $1', [
      account.accountId,
    ]);
    return rows.length > 0;
  });
  return account;
}
/** Creates a flow at Meta. Resolves to its Meta id once Meta's webhook has come. */
async function made({ wabaId, token }: Account, name: string): Promise<string> {
  const flow = { name, categories: ['SURVEY'], clone_flow_id: await firstOf({ wabaId, token }) };
  const { body } = await system.simulator.graph('POST', `/${wabaId}/flows`, flow, token);
  return told((body as { id: string }).id, 'DRAFT');
}
async function firstOf({ wabaId, token }: Pick<Account, 'wabaId' | 'token'>) {
  const { body } = await system.simulator.graph('GET', `/${wabaId}/flows`, undefined, token);
  return (body as { data: { id: string }[] }).data[0]!.id;
}
async function told(metaId: string, status: string) {
  await system.receiver.until(() =>
    system.receiver
      .values()
      .some(({ flow_id: id, new_status: now }) => String(id) === metaId && now === status),
  );
  return metaId;
}

describe('the flows of an account', () => {
  it('are pulled once it is connected, and when somebody asks before that', async () => {
    const account = await connected();
    expect(await pulls(account)).toBe(1);
    expect(await names(account)).toEqual(['appointment_booking']);
    expect(await names(account, 'draft')).toEqual(['customer_survey']);
    expect(await pulls(account)).toBe(1);
    expect(await names(await system.newAccount())).toEqual(['appointment_booking']);
  });

  it('that was disconnected are not pulled', async () => {
    const gone = await system.newAccount();
    await system.announce(gone.accountId, gone.wabaId, { status: 'disconnected' });
    await connected();
    expect(await pulls(gone)).toBe(0);
  });

  it('show what Meta’s webhook tells, within a second', async () => {
    const account = await connected();
    const metaId = await made(account, 'feedback');
    await system.passOn(account.wabaId, 'flows');
    await until(async () => (await names(account, 'draft')).includes('feedback'), { timeoutMs: 1_000 });
    await system.simulator.graph('POST', `/${metaId}/publish`, undefined, account.token);
    await told(metaId, 'PUBLISHED');
    await system.passOn(account.wabaId, 'flows');
    await until(async () => (await names(account)).includes('feedback'), { timeoutMs: 1_000 });
    await system.simulator.control('POST', `/flows/${metaId}/status`, { status: 'BLOCKED' });
    await told(metaId, 'BLOCKED');
    await system.passOn(account.wabaId, 'flows');
    await until(async () => (await names(account, 'blocked')).includes('feedback'), { timeoutMs: 1_000 });
  });

  it('are not pulled for what Meta tells of an endpoint, nor of a WABA that is none of ours', async () => {
    const account = await connected();
    const event = { flow_id: await firstOf(account), threshold: 5, alert_state: 'ACTIVATED' };
    await system.change('999', 'flows', { ...event, event: 'FLOW_STATUS_CHANGE' });
    await system.change(account.wabaId, 'flows', { ...event, event: 'ENDPOINT_ERROR_RATE' });
    await system.change(account.wabaId, 'flows', { ...event, event: 'FLOW_STATUS_CHANGE' });
    const asked = async () => {
      const { rows } = await system.pool.query<{ requests: string }>(
        'select requests from templates.flow_syncs where account_id = $1',
        [account.accountId],
      );
      return Number(rows[0]!.requests);
    };
    await until(async () => (await asked()) > 1);
    expect(await asked()).toBe(2);
  });

  it('stay while Meta is out of reach, and are what Meta says once it is back', async () => {
    const account = await connected();
    const metaId = await made(account, 'survey');
    const asked = await pulls(account);
    const fault = { match: { path: account.wabaId }, kind: 'reset', rate: 1 };
    await system.simulator.control('POST', '/behaviour', { faults: [fault] });
    await system.simulator.control('POST', `/flows/${metaId}/status`, { status: 'PUBLISHED' });
    await told(metaId, 'PUBLISHED');
    await system.passOn(account.wabaId, 'flows');
    await until(async () => (await pulls(account)) > asked);
    expect(await names(account)).toEqual(['appointment_booking']);
    await system.simulator.control('POST', '/behaviour', { faults: [] });
    await until(async () => (await names(account)).includes('survey'));
  });
});
