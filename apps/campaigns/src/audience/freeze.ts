import type { Audience } from '@wbiz/contracts/audience';
import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import type { PoolClient } from 'pg';
import { STATE } from '../recipient/recipient-state.js';
import { recipientsOf } from './recipients.sql.js';

type Frozen = {
  readonly run: number;
  readonly accountId: string;
  readonly audience: Audience;
  readonly template: CampaignTemplate;
};

/**
 * Inserts every contact of the audience as a recipient, queued with the template's values or skipped with a reason, and
 * the counts. The run must have no recipients yet. Sets the statement timeout to 5 min for the rest of the transaction.
 */
export async function freeze(tx: PoolClient, { run, ...wanted }: Frozen): Promise<void> {
  const { query, values, value } = recipientsOf(wanted);
  const ofRun = `${value(run)}::int`;
  await tx.query(`set local statement_timeout = '5min'`);
  await tx.query(
    `with frozen as (
       insert into campaigns.recipients (run, contact_id, state, "to", values, reason)
       select ${ofRun}, contact_id, case when reason is null then ${STATE.queued} else ${STATE.skipped} end,
         "to", case when reason is null then values end, reason
       from (${query}) r order by contact_id
       returning state
     )
     insert into campaigns.counts (run, state, recipients) select ${ofRun}, state, count(*) from frozen group by state`,
    values,
  );
}
