import { projection } from '@wbiz/service-kit/projection';
import { markDue, stopPulls } from './sync.jobs.js';

/** An account that was connected, or got another token, has its templates and flows pulled; one without changes costs a list. */
export const whenAccountUpdatedSyncTemplates = (applied: () => void) =>
  projection({
    name: 'templates.accounts',
    applied,
    on: {
      'account.updated': async ({ accountId, data }, db) => {
        await db.query(
          `insert into templates.accounts (id, waba_id) values ($1, $2)
           on conflict (id) do update set waba_id = excluded.waba_id`,
          [accountId, data.wabaId],
        );
        if (data.status === 'disconnected') return stopPulls(db, accountId);
        await markDue(db, [accountId]);
        await markDue(db, [accountId], 'templates.flow_syncs');
      },
    },
  });
