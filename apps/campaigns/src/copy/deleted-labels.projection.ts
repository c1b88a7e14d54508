import { tagKey } from '@wbiz/contracts/tag';
import { batchProjection } from '@wbiz/service-kit/projection';
import { logPosition } from './log-position.js';

/**
 * Stores the log position of the last deletion of each tag and custom field. Contact rows keep deleted labels: queries
 * count a label only if the contact's last event is later in the log than the label's deletion.
 */
export const deletedLabels = batchProjection({
  name: 'deleted-labels',
  types: ['tag.deleted', 'custom_field.deleted'],
  all: async (events, db) => {
    const labels = events.map((event) =>
      event.type === 'tag.deleted'
        ? { kind: 'tag', key: tagKey(event.data.name) }
        : { kind: 'field', key: event.data.key },
    );
    await db.query({
      name: 'deleted-labels',
      text: `insert into campaigns.deleted_labels (account_id, kind, key, sequence)
             select account_id, kind, key, max(sequence)
             from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as d(account_id, kind, key, sequence)
             group by 1, 2, 3 order by 1, 2, 3
             on conflict (account_id, kind, key) do update set sequence = excluded.sequence`,
      values: [
        events.map(({ accountId }) => accountId),
        labels.map(({ kind }) => kind),
        labels.map(({ key }) => key),
        events.map(logPosition),
      ],
    });
  },
});
