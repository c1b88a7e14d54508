import { projection } from '@wbiz/service-kit/projection';

/** What the gateway told of accounts: whose WABA it is, and its words for opting out. */
export const accounts = projection({
  name: 'accounts',
  on: {
    'account.updated': async ({ accountId, data }, db) => {
      await db.query(
        `insert into contacts.accounts (id, waba_id, opt_out_words) values ($1, $2, $3)
         on conflict (id) do update set waba_id = excluded.waba_id, opt_out_words = excluded.opt_out_words`,
        [accountId, data.wabaId, JSON.stringify(data.optOutWords ?? null)],
      );
    },
  },
});
