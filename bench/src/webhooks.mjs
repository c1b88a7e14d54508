import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const IN_FLIGHT = 32;
const DELIVERIES = 20_000;
const ACCOUNTS = 50;
const EVENTS_PER_SECOND = 500;
const TICK_MS = 20;
const PATIENCE_MS = 120_000;
const TYPE = 'contact.updated';

/**
 * Measures deliveries from the feed's row to the endpoint: to one, to 50 of 50 accounts, and the delay after the event while
 * two other endpoints of the account hang and fail. Beside them bare signed posts.
 */
export async function benchWebhooks({ ours, ask, apiKey, seconds, step, cpuSeconds }) {
  const pool = new pg.Pool({ connectionString: ours.secretsOf('webhooks').DATABASE_URL, max: 4 });
  const api = (key) => (method, path, body) => ask(method, `${ours.baseUrl}${path}`, { body, bearer: key });
  const own = api(apiKey);
  const made = [];
  const create = async (call, url, more = {}) => {
    const hook = await call('POST', '/v1/webhooks', { url, events: [TYPE], ...more });
    made.push(() => call('PATCH', `/v1/webhooks/${hook.id}`, { active: false }));
    return hook;
  };
  const quiet = async () => {
    for (const end of made.splice(0)) await end();
  };

  /** Adds events to feeds and notifies, as the projection does. */
  const tell = async (accountIds, count) => {
    await pool.query(
      `with head as (
         insert into webhooks.feed_heads as h (account_id, sequence) select id, $2 from unnest($1::text[]) id
         on conflict (account_id) do update set sequence = h.sequence + excluded.sequence returning account_id, sequence)
       insert into webhooks.feed (account_id, sequence, id, type, created_at, data)
       select account_id, sequence - $2 + n, 'evt_' || account_id || '_' || sequence - $2 + n, '${TYPE}', clock_timestamp(),
         json_build_object('contactId', 'cnt_' || n % 1000, 'messageId', null, 'name', repeat('x', 300))
       from head, generate_series(1, $2::bigint) n`,
      [accountIds, count],
    );
    await pool.query(`select pg_notify('webhooks.feed', '')`);
  };

  return ours.during('webhook-receiver', 'bench/src/webhook-receiver.mjs', async (receiver) => {
    const told = async () => (await fetch(receiver)).json();
    const arrived = async (count) => {
      for (const giveUp = Date.now() + PATIENCE_MS; Date.now() < giveUp; await delay(20))
        if (Number(await (await fetch(`${receiver}/count`)).text()) >= count) return told();
      throw new Error(
        `Of ${count} deliveries only ${(await told()).count} came within ${PATIENCE_MS / 1_000} s.`,
      );
    };
    const { account } = await own('GET', '/v1/me');
    const body = JSON.stringify({ id: 'evt_1', data: { contactId: 'cnt_1', name: 'x'.repeat(300) } });

    const bare = await step('Webhooks: bare signed posts', async () => {
      const job = { url: `${receiver}/ok/bare`, body, inFlight: IN_FLIGHT, count: DELIVERIES };
      const found = await ours.script('bare-post', 'bench/src/bare-post.mjs', {
        BENCH_LOAD: JSON.stringify(job),
      });
      await told();
      return found;
    });

    /** Adds `each` events to every account's feed. Resolves to the rate, and CPU by process per delivery. */
    const burst = async (accountIds, each) => {
      await tell(accountIds, Math.ceil(each / 4)); // warm-up: code is compiled
      await arrived(accountIds.length * Math.ceil(each / 4));
      const before = cpuSeconds?.(ours.pids());
      const began = Date.now();
      await tell(accountIds, each);
      const found = await arrived(accountIds.length * each);
      const after = cpuSeconds?.(ours.pids());
      const cpuMs = (name) => before && ((after[name] - before[name]) * 1_000) / found.count;
      const perSecond = (found.count / (found.lastAt - began)) * 1_000;
      return {
        ...found,
        perSecond,
        webhooksCpuMs: cpuMs(ours.holderOf('webhooks')),
        postgresCpuMs: cpuMs('postgres'),
      };
    };
    const one = await step('Webhooks: one endpoint', async () => {
      await create(own, `${receiver}/ok/one`);
      await delay(1_500);
      const found = await burst([account.id], DELIVERIES);
      await quiet();
      return found;
    });

    /** Measures the delay after the event at a steady pace. */
    const steady = async () => {
      await told();
      let sent = 0;
      const began = performance.now();
      while (performance.now() - began < seconds * 1_000) {
        const due = Math.floor(((performance.now() - began) / 1_000) * EVENTS_PER_SECOND) - sent;
        if (due > 0) await tell([account.id], due);
        sent += Math.max(0, due);
        await delay(TICK_MS);
      }
      return arrived(sent);
    };
    const { alone, beside } = await step('Webhooks: beside a hanging and a failing endpoint', async () => {
      await create(own, `${receiver}/ok/alone`);
      await delay(1_500);
      await steady();
      const undisturbed = await steady();
      await create(own, `${receiver}/hang`);
      await create(own, `${receiver}/fail`);
      await delay(1_500);
      const disturbed = await steady();
      await quiet();
      return { alone: undisturbed, beside: disturbed };
    });

    const fifty = await step(`Webhooks: ${ACCOUNTS} endpoints`, async () => {
      const accounts = [];
      for (let index = 0; index < ACCOUNTS; index += 1) {
        const { accountId, key } = await ours.anotherAccount(`bench-${index}`);
        await create(api(key), `${receiver}/ok/${index}`);
        accounts.push(accountId);
      }
      await delay(1_500);
      const found = await burst(accounts, DELIVERIES / ACCOUNTS);
      await quiet();
      return found;
    });
    await pool.end();
    return { inFlight: IN_FLIGHT, bare, one, fifty, alone, beside };
  });
}
