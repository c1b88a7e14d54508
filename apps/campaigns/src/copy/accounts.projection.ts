import { projection } from '@wbiz/service-kit/projection';

/** This service's copy of the accounts and their phone numbers. */
export const accounts = projection({
  name: 'accounts',
  on: {
    'account.updated': async ({ accountId, data }, db) => {
      await db.query(
        `insert into campaigns.accounts (id, data) values ($1, $2)
         on conflict (id) do update set data = excluded.data`,
        [accountId, JSON.stringify(data)],
      );
      const numbers = data.phoneNumbers.map(({ id }) => id);
      await db.query('delete from campaigns.phone_numbers where account_id = $1 and id <> all($2)', [
        accountId,
        numbers,
      ]);
      await db.query(
        `insert into campaigns.phone_numbers (account_id, id, throughput, messaging_limit, is_default)
         select $1, * from unnest($2::text[], $3::int[], $4::text[], $5::boolean[])
         on conflict (account_id, id) do update set throughput = excluded.throughput,
           messaging_limit = excluded.messaging_limit, is_default = excluded.is_default`,
        [
          accountId,
          numbers,
          data.phoneNumbers.map(({ throughput }) => throughput),
          data.phoneNumbers.map(({ messagingLimit }) => messagingLimit),
          data.phoneNumbers.map(({ isDefault }) => isDefault),
        ],
      );
    },
  },
});
