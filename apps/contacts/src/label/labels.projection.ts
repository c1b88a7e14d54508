import type { Of } from '@wbiz/eventing/message';
import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import { followUp, inline, type FollowUp } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { customFields } from '../custom-field/custom-field.aggregate.js';
import { tags } from '../tag/tag.aggregate.js';
import { contacts } from '../contact/contact.aggregate.js';
import { labelsOf } from '../contact/contact-labels.js';
import type { ContactEvent } from '../contact/contact.messages.js';
import type { Label } from '../contact/contact.state.js';

type Written = RecordedEvent<Of<ContactEvent, 'contact.created' | 'contact.updated'>>;
type Untagged = RecordedEvent<Of<ContactEvent, 'contact.merged' | 'contact.label_forgotten'>>;
/** A contact's tags after a batch of events (`has`), and the tags that the contact lost within the batch (`gone`). */
type Change = {
  readonly accountId: string;
  readonly contact: string;
  readonly created: string;
  readonly has: readonly Label[];
  readonly gone: readonly Label[];
};

/** Updates which contacts have each tag; then the counts, since many transactions lock the same count rows. */
const MOVE = `with now as (select * from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[]) as n(account_id, tag, generation, created, contact)),
  gone as (delete from contacts.contact_tags t
    using unnest($6::text[], $7::text[], $8::int[], $9::text[], $10::text[]) as g(account_id, tag, generation, created, contact)
    where (t.account_id, t.tag, t.generation, t.created, t.contact) = (g.account_id, g.tag, g.generation, g.created, g.contact)
      and not exists (select from now n where n.contact = t.contact and n.tag = t.tag and n.generation = t.generation)
    returning t.account_id, t.tag, t.generation),
  come as (insert into contacts.contact_tags (account_id, tag, generation, created, contact)
    select account_id, tag, generation, created, contact from now on conflict do nothing returning account_id, tag, generation),
  moved as (select account_id, tag, generation, sum(n)::bigint as n
    from (select *, 1 as n from come union all select *, -1 from gone) as each group by 1, 2, 3 having sum(n) <> 0)
  insert into contacts.tag_counts as c (account_id, tag, generation, contacts)
  select * from moved order by 1, 2, 3
  on conflict (account_id, tag, generation) do update set contacts = c.contacts + excluded.contacts`;

async function move(tx: PoolClient, changes: readonly Change[]): Promise<void> {
  const columns = (part: 'has' | 'gone') => {
    const rows = changes.flatMap((change) => change[part].map((label) => ({ ...change, ...label })));
    return [
      rows.map(({ accountId }) => accountId),
      rows.map(({ key }) => key),
      rows.map(({ generation }) => generation),
      rows.map(({ created }) => created),
      rows.map(({ contact }) => contact),
    ];
  };
  const values = [...columns('has'), ...columns('gone')];
  if (values.some((column) => column.length > 0))
    await tx.query({ name: 'contact-tags-move', text: MOVE, values });
}

/** Commands that add labels used for the first time to the account, and merge the contact's twins into the contact. */
function followUps({ accountId, private: kept, data }: Written): FollowUp[] {
  const at = data.contact.updatedAt;
  return [
    ...(kept?.fresh?.tags ?? []).map((name) =>
      followUp(tags, { accountId, type: 'tag.use', data: { accountId, name, at } }),
    ),
    ...(kept?.fresh?.fields ?? []).map((key) =>
      followUp(customFields, { accountId, type: 'field.use', data: { accountId, key, at } }),
    ),
    ...[data.merged ?? []].flat().map((contactId) =>
      followUp(contacts, {
        accountId,
        type: 'contact.merge',
        data: { contactId, into: data.contactId, at },
      }),
    ),
  ];
}

/** Applies each contact's last event. */
async function note(events: readonly Written[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const changes = new Map<string, Change>();
  for (const { accountId, data, private: kept } of events) {
    const { contactId: contact, contact: view } = data;
    changes.set(contact, {
      accountId,
      contact,
      created: view.createdAt,
      has: labelsOf({ contact: view, tags: kept!.tags }),
      gone: [...(changes.get(contact)?.gone ?? []), ...(kept!.gone ?? [])],
    });
  }
  await move(tx, [...changes.values()]);
  return events.flatMap(followUps);
}

const noteUntagged = (events: readonly Untagged[], tx: PoolClient) =>
  move(
    tx,
    events.map(({ accountId, data: { contactId: contact }, private: kept }) => ({
      accountId,
      contact,
      created: kept!.createdAt,
      has: [],
      gone: kept!.gone,
    })),
  );

export const labelsProjection = inline<ContactEvent>({
  'contact.created': note,
  'contact.updated': note,
  'contact.merged': noteUntagged,
  'contact.label_forgotten': noteUntagged,
});
