import type { AccountData } from '@wbiz/contracts/account';
import type { LogEvent } from '@wbiz/eventing/message';
import type { Projection } from '@wbiz/eventing/postgres/projection';

/** What the gateway told of accounts: whose WABA it is, and its words for opting out. */
export const accounts: Projection = {
  name: 'accounts',
  on: {
    'account.updated': async ({ accountId, data }: LogEvent<'account.updated', AccountData>, db) => {
      await db.query(
        `insert into contacts.accounts (id, waba_id, opt_out_words) values ($1, $2, $3)
         on conflict (id) do update set waba_id = excluded.waba_id, opt_out_words = excluded.opt_out_words`,
        [accountId, data.wabaId, JSON.stringify(data.optOutWords ?? null)],
      );
    },
  },
};
