import { tagKey } from '@wbiz/contracts/tag';
import { inline } from '@wbiz/eventing/postgres/inline-projection';
import type { FieldsEvent } from '../custom-field/custom-field.decider.js';
import type { TagEvent } from '../tag/tag.decider.js';

/**
 * While a deleted label has a row in contacts.removals, the API hides the label. {@link LabelRemover} removes the label
 * from all contacts, and then deletes the row.
 */
export const removalsProjection = inline<TagEvent | FieldsEvent>({
  'tag.deleted': async (events, tx) => {
    await tx.query({
      name: 'tag-removals',
      text: `insert into contacts.removals (account_id, kind, key, generation, name, total, remaining, deleted_at)
             select d.account_id, 'tag', d.key, d.generation, d.name, c.contacts, c.contacts, d.at
             from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[]) as d(account_id, key, generation, name, at)
             join contacts.tag_counts c on c.account_id = d.account_id and c.tag = d.key and c.generation = d.generation
             where c.contacts > 0`,
      values: [
        events.map(({ accountId }) => accountId),
        events.map(({ data }) => tagKey(data.name)),
        events.map((event) => event.private!.generation),
        events.map(({ data }) => data.name),
        events.map(({ data }) => data.at),
      ],
    });
  },
  /** No table says which contacts have a field: the removal looks at all contacts of the account. */
  'custom_field.deleted': async (events, tx) => {
    for (const { accountId, data, private: kept } of events)
      await tx.query({
        name: 'field-removal',
        text: `insert into contacts.removals (account_id, kind, key, generation, name, total, remaining, deleted_at)
               select $1, 'field', $2, $3, $2, n, n, $4
               from (select count(*) as n from contacts.contacts where account_id = $1 and created is not null) as c where n > 0`,
        values: [accountId, data.key, kept!.generation, data.at],
      });
  },
});
