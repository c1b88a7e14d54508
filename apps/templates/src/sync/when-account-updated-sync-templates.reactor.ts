import { projection } from '@wbiz/service-kit/projection';
import { markDue, stopPulls } from './sync.jobs.js';

/**
 * Pulls templates and flows when an account is connected or gets another token, but not at other changes. Disconnecting
 * an account ends the pulls of its templates.
 */
export const whenAccountUpdatedSyncTemplates = (applied: () => void) =>
  projection({
    name: 'templates.accounts',
    applied,
    on: {
      'account.updated': async ({ accountId, data }, db) => {
        const connection =
          data.status === 'disconnected' ? null : `${data.connectedAt} ${data.checkedAt ?? ''}`;
        const { rowCount } = await db.query(
          `insert into templates.accounts as a (id, waba_id, connection) values ($1, $2, $3)
           on conflict (id) do update set waba_id = excluded.waba_id, connection = excluded.connection
           where (a.waba_id, a.connection) is distinct from (excluded.waba_id, excluded.connection)`,
          [accountId, data.wabaId, connection],
        );
        if (connection === null) return stopPulls(db, accountId);
        if (!rowCount) return;
        await markDue(db, [accountId]);
        await markDue(db, [accountId], 'templates.flow_syncs');
      },
    },
  });
