import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudApiError, UpstreamUnreachable } from '@wbiz/cloud-api/graph-error';
import { newId } from '@wbiz/contracts/ids';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { quiet } from '@wbiz/service-testing/quiet';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import { markDue, SyncJobs } from '../sync/sync.jobs.js';
import { templates } from '../template/template.aggregate.js';
import { templatesStore } from '../templates.harness.js';
import type { Attempt, Taken } from './submit-to-meta.js';
import { SubmissionJobs } from './submission.jobs.js';
import { SubmissionWorker } from './submission.worker.js';

let database: StoreUnderTest;
let jobs: SubmissionJobs;
const workers: SubmissionWorker[] = [];
beforeAll(async () => {
  database = await templatesStore({ max: 10 });
  jobs = new SubmissionJobs(database.pool);
});
afterEach(() => Promise.all(workers.splice(0).map(({ work }) => work.stop())));
afterAll(() => database.close());

const MADE: Taken = { kind: 'taken', listed: { metaId: '7', status: 'pending', category: 'UTILITY' } };
type Ask = (attempt: Attempt) => Promise<Taken>;

/** A template that waits for Meta, and workers that use the given `ask`. */
async function submission(name: string, accountId = newId('acc')) {
  const [id, templateId] = [newId('cmd'), newId('tpl')];
  await database.store.execute(templates, {
    id,
    accountId,
    type: 'template.create',
    data: {
      templateId,
      name,
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'Your order shipped.' }],
      at: new Date().toISOString(),
      asking: { id, replyTo: '127.0.0.1:1', traceparent: null },
    },
  });
  const replies: StagedReply[] = [];
  const work = (ask: Ask) => {
    const worker = new SubmissionWorker({
      pool: database.pool,
      store: database.newStore(),
      jobs,
      credentialsOf: () => Promise.resolve({ wabaId: '1', sealedToken: 'sealed', appId: '2' }),
      unseal: () => 'token',
      ask: (_request, attempt) => ask(attempt),
      replies: { reply: (_address, reply) => void replies.push(reply) },
      logger: quiet,
    });
    workers.push(worker);
    worker.work.start();
    worker.work.wake();
    return worker;
  };
  const row = async () =>
    (
      await database.pool.query<{
        called: boolean;
        due: boolean;
        held: boolean;
        failures: number;
        metaId: string;
      }>(
        `select s.called, s.due_at is not null as due, s.lease_until is not null as held, s.failures,
           t.state->'view'->>'metaId' as "metaId"
         from templates.submissions s join templates.templates t on t.stream = s.template_id where s.id = $1`,
        [id],
      )
    ).rows[0]!;
  const leaseRunsOut = () =>
    database.pool.query(
      `update templates.submissions set lease_until = now() - interval '1 s' where id = $1`,
      [id],
    );
  return { id, accountId, replies, work, row, leaseRunsOut };
}

const pullOf = async (accountId: string) =>
  (
    await database.pool.query<{ due: boolean }>(
      'select due_at <= clock_timestamp() as due from templates.syncs where account_id = $1',
      [accountId],
    )
  ).rows[0];

describe('a submission', () => {
  it('is settled once, with its template and its reply', async () => {
    const { id, replies, work, row } = await submission('settled');
    let asked = 0;
    const ask = () => Promise.resolve(((asked += 1), MADE));
    work(ask);
    work(ask);
    await until(() => replies.length > 0);
    expect(replies).toMatchObject([
      { commandId: id, stage: 'settled', reply: { ok: true, data: { metaId: '7', status: 'pending' } } },
    ]);
    expect([asked, await row()]).toMatchObject([1, { due: false, held: false, metaId: '7' }]);
  });

  it('of a process that died is taken over as one that may have taken effect at Meta', async () => {
    const { replies, work, row, leaseRunsOut } = await submission('taken_over');
    const never = Promise.withResolvers<Taken>();
    const seen: boolean[] = [];
    work(async ({ called, calling }) => {
      seen.push(called);
      await calling(true);
      return never.promise;
    });
    await until(async () => (await row()).called);
    await leaseRunsOut();
    work(({ called }) => {
      seen.push(called);
      return Promise.resolve(MADE);
    });
    await until(() => replies.length === 1);
    // The first worker resumes; its fence is outdated, so it writes nothing.
    never.resolve({ kind: 'taken', listed: { metaId: '8' } });
    await workers.splice(0, 1)[0]!.work.stop();
    expect([seen, replies.length, (await row()).metaId]).toEqual([[false, true], 1, '7']);
  });

  it('of a process that stops is given back at once', async () => {
    const { replies, work, row } = await submission('given_back');
    let asked = false;
    const first = work(() => {
      asked = true;
      return new Promise(() => undefined);
    });
    await until(() => asked);
    await first.work.stop();
    expect(await row()).toMatchObject({ due: true, held: false, failures: 0 });
    work(() => Promise.resolve(MADE));
    await until(() => replies.length === 1);
  });

  it('that cannot reach Meta is given up while its client waits, but not once it may have taken effect', async () => {
    const [vain, unknown] = [await submission('in_vain'), await submission('unknown')];
    vain.work(({ view, calling }) =>
      view.name === 'unknown'
        ? calling(true).then(() => Promise.reject(new UpstreamUnreachable('reset', true)))
        : Promise.reject(new UpstreamUnreachable('refused', false)),
    );
    await until(() => vain.replies.length === 1, { timeoutMs: 15_000 });
    expect(vain.replies[0]).toMatchObject({ reply: { ok: false, error: { code: 'unavailable' } } });
    await until(async () => (await unknown.row()).failures >= 5, { timeoutMs: 15_000 });
    expect(await unknown.row()).toMatchObject({ due: true, called: true });
  });

  it.each([
    ['that the account has called too often', 4, 400],
    ['that the token has run out', 190, 401],
  ])(
    'that Meta may have done is not refused because a later look is told %s',
    async (_, code, httpStatus) => {
      const { replies, work, row } = await submission(`look_${code}`);
      let asked = 0;
      work(async ({ called, calling }) => {
        asked += 1;
        if (!called) {
          await calling(true);
          throw new UpstreamUnreachable('reset', true);
        }
        if (asked === 2) throw new CloudApiError({ code, message: 'No', httpStatus });
        return MADE;
      });
      await until(() => replies.length === 1, { timeoutMs: 15_000 });
      expect([replies[0]?.reply.ok, (await row()).metaId]).toEqual([true, '7']);
    },
  );

  it('whose outcome Meta never tells ends after some hours, and a pull finds out', async () => {
    const { id, replies, work, row, accountId } = await submission('never_told');
    await database.pool.query('update templates.submissions set failures = 29, called = true where id = $1', [
      id,
    ]);
    work(() => Promise.reject(new UpstreamUnreachable('reset', true)));
    await until(() => replies.length === 1);
    expect(replies[0]).toMatchObject({ reply: { ok: false, error: { code: 'outcome_unknown' } } });
    expect(await row()).toMatchObject({ due: false });
    expect(await pullOf(accountId)).toMatchObject({ due: true });
  });

  it('that is settled during a pull has the account pulled once more', async () => {
    const { replies, work, accountId } = await submission('during_pull');
    await markDue(database.pool, [accountId]);
    const pulls = new SyncJobs(database.pool);
    const pull = (await pulls.claim(100)).find((one) => one.accountId === accountId)!;
    work(() => Promise.resolve(MADE));
    await until(() => replies.length === 1);
    await inTransaction(database.pool, (tx) => pulls.finish(pull, new Date(), tx));
    expect(await pullOf(accountId)).toMatchObject({ due: true });
  });

  it('of one account leaves room for those of others', async () => {
    const accountId = newId('acc');
    const slow = [];
    for (let index = 0; index < 13; index += 1) slow.push(await submission(`slow_${index}`, accountId));
    const other = await submission('other');
    const never = Promise.withResolvers<Taken>();
    let most = 0;
    other.work(({ view }) => {
      if (!view.name.startsWith('slow')) return Promise.resolve(MADE);
      most += 1;
      return never.promise;
    });
    await until(() => other.replies.length === 1 && most >= 4);
    expect(most).toBe(4);
    never.resolve(MADE);
    await until(() => other.replies.length === 14);
  });
});

it('a settled submission is kept for as long as an Idempotency-Key', async () => {
  const { replies, work, id } = await submission('kept');
  work(() => Promise.resolve(MADE));
  await until(() => replies.length === 1);
  const left = async (age: string) => {
    await database.pool.query(
      `update templates.submissions set settled_at = now() - $2::interval where id = $1`,
      [id, age],
    );
    await jobs.removeOld();
    return (await database.pool.query('select from templates.submissions where id = $1', [id])).rowCount;
  };
  expect([await left('24 hours 59 minutes'), await left('25 hours 1 minute')]).toEqual([1, 0]);
});
