import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookView } from '@wbiz/contracts/webhook';
import pg from 'pg';
import type { Api } from './ask.ts';
import type { Deliveries } from './webhook-receiver.ts';

const PATIENCE_MS = 120_000;
const TYPE = 'contact.updated';
/** The webhooks service reads new endpoints every second. */
const KNOWN_AFTER_MS = 1_500;

/** Makes webhook endpoints at `receiver`, adds events to feeds, and waits for the deliveries. */
export function openDeliveries(databaseUrl: string, receiver: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  const made: (() => Promise<unknown>)[] = [];
  /** The deliveries that the receiver got since this was last called. */
  const told = async () => (await (await fetch(receiver)).json()) as Deliveries;

  return {
    told,

    /** Creates endpoints; resolves once the webhooks service knows them. */
    async create(...endpoints: readonly { readonly api: Api; readonly path: string }[]): Promise<void> {
      for (const { api, path } of endpoints) {
        const body = { url: `${receiver}${path}`, events: [TYPE] };
        const { id } = await api<WebhookView>('POST', '/v1/webhooks', body);
        made.push(() => api('PATCH', `/v1/webhooks/${id}`, { active: false }));
      }
      await delay(KNOWN_AFTER_MS);
    },

    /** Switches off all endpoints that were created. */
    async quiet(): Promise<void> {
      for (const end of made.splice(0)) await end();
    },

    /** Adds `count` events to each account's feed and notifies the webhooks service, as its projection does. */
    async tell(accountIds: readonly string[], count: number): Promise<void> {
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
    },

    /** Resolves once the receiver got `count` deliveries. */
    async arrived(count: number): Promise<Deliveries> {
      for (const giveUp = Date.now() + PATIENCE_MS; Date.now() < giveUp; await delay(20))
        if (Number(await (await fetch(`${receiver}/count`)).text()) >= count) return told();
      throw new Error(
        `Of ${count} deliveries only ${(await told()).count} came within ${PATIENCE_MS / 1_000} s.`,
      );
    },

    close: () => pool.end(),
  };
}
