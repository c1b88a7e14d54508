import { projection } from '@wbiz/service-kit/projection';

/**
 * This service's copy of accounts and their phone numbers. A removed number stays until an update finds no send of it
 * in the queue.
 */
export const accounts = projection({
  name: 'accounts',
  on: {
    'account.updated': async ({ accountId, data }, db) => {
      await db.query(
        `insert into messaging.accounts (id, waba_id, data) values ($1, $2, $3)
         on conflict (id) do update set waba_id = excluded.waba_id, data = excluded.data`,
        [accountId, data.wabaId, JSON.stringify(data)],
      );
      const numbers = data.phoneNumbers.map(({ id }) => id);
      await db.query(
        `delete from messaging.phone_numbers n where account_id = $1 and id <> all($2)
           and not exists (select from messaging.dispatch d where d.phone_number_id = n.id)`,
        [accountId, numbers],
      );
      await db.query(
        `insert into messaging.phone_numbers (id, account_id, throughput) select id, $1, throughput
         from unnest($2::text[], $3::int[]) as n(id, throughput)
         on conflict (id) do update set account_id = excluded.account_id, throughput = excluded.throughput`,
        [accountId, numbers, data.phoneNumbers.map(({ throughput }) => throughput)],
      );
    },
  },
});
