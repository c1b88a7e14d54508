import { projection } from '@wbiz/service-kit/projection';

/** This service's copy of the accounts: their WABA and their opt-out words. */
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
