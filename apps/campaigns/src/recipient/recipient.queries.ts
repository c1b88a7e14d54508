import { Controller, Inject } from '@nestjs/common';
import {
  RecipientView,
  type CampaignStatus,
  type RecipientStatus,
  type SkipReason,
} from '@wbiz/contracts/campaign';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { MessageError } from '@wbiz/contracts/message';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { STATE, STATES_OF, statusOf, type State } from './recipient-state.js';

type Row = {
  readonly contact_id: string;
  readonly to: string | null;
  readonly state: State;
  readonly attempt: number;
  readonly message_id: string | null;
  readonly status_at: Date | null;
  readonly reason: SkipReason | null;
  readonly error: MessageError | null;
};
/** The skip reason shown for recipients that were still queued when the campaign ended, by the campaign's status. */
const UNSENT: { readonly [Status in CampaignStatus]?: SkipReason } = {
  cancelled: 'cancelled',
  failed: 'campaign_failed',
};

const RECIPIENT =
  'select r.contact_id, r."to", r.state, r.attempt, r.message_id, r.status_at, r.reason, r.error';

@Controller()
export class RecipientQueries {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Pages through a campaign's recipients in the order of contact ids, which is also the order of sending. */
  @QueryHandler('campaign.recipients')
  async recipients(ask: Ask<'campaign.recipients'>): Promise<Answer<'campaign.recipients'>> {
    const page = pageOf(ask, 'id');
    const { rows: runs } = await this.pool.query<{ run: number; status: CampaignStatus }>({
      name: 'recipients-run',
      text: 'select run, status from campaigns.runs where account_id = $1 and campaign_id = $2',
      values: [ask.accountId, ask.id],
    });
    const [run] = runs;
    if (!run) return null;
    const unsent = UNSENT[run.status] ?? null;
    const states = ask.status === undefined ? null : statesOf(ask.status, unsent !== null);
    const after = page.after[0] ?? '';
    const { rows } = await this.pool.query<Row>(
      states === null
        ? `${RECIPIENT} from campaigns.recipients r where r.run = $1 and r.contact_id > $2 order by r.contact_id limit $3`
        : // One index scan per state.
          `${RECIPIENT} from unnest($4::smallint[]) as wanted(state) cross join lateral (
             select * from campaigns.recipients o where o.run = $1 and o.state = wanted.state and o.contact_id > $2
             order by o.contact_id limit $3) as r order by r.contact_id limit $3`,
      [run.run, after, page.fetch, ...(states === null ? [] : [states])],
    );
    return page.cut(
      rows,
      ({ contact_id }) => [contact_id],
      (row) => shown(row, unsent),
    );
  }
}

const statesOf = (status: RecipientStatus, isUnsent: boolean): readonly State[] => {
  if (isUnsent && status === 'queued') return STATES_OF.queued.filter((state) => state !== STATE.queued);
  return isUnsent && status === 'skipped' ? [...STATES_OF.skipped, STATE.queued] : STATES_OF[status];
};

function shown({ contact_id: contactId, to, state, ...row }: Row, unsent: SkipReason | null): RecipientView {
  const isUnsent = unsent !== null && state === STATE.queued;
  return inOrder(RecipientView, {
    contactId,
    to,
    status: isUnsent ? 'skipped' : statusOf(state),
    reason: isUnsent ? unsent : row.reason,
    error: row.error,
    messageId: row.message_id,
    attempt: row.attempt,
    statusAt: row.status_at?.toISOString() ?? null,
  });
}
