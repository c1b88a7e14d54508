import { tagKey } from '@wbiz/contracts/tag';
import type { FollowUp, InlineProjection, RecordedEvent } from '@wbiz/eventing/postgres/event-store';
import type { PoolClient } from 'pg';
import { customFields } from '../custom-field/custom-field.aggregate.js';
import { tags } from '../tag/tag.aggregate.js';
import { contacts } from '../contact/contact.aggregate.js';
import type { ContactEvent } from '../contact/contact.decider.js';

type Recorded<Type extends ContactEvent['type']> = RecordedEvent<Extract<ContactEvent, { type: Type }>>;
type Written = Recorded<'contact.created'> | Recorded<'contact.updated'>;

/** Who has which tag, and how many have it; the counts come last, since many batches want the same rows. */
const MOVE = `with now as (select * from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[]) as n(contact, account_id, tag, generation, created)),
  gone as (delete from contacts.contact_tags t where t.contact = any($1)
    and not exists (select from now n where n.contact = t.contact and n.tag = t.tag and n.generation = t.generation)
    returning t.account_id, t.tag, t.generation),
  come as (insert into contacts.contact_tags (contact, account_id, tag, generation, created)
    select contact, account_id, tag, generation, created from now on conflict do nothing returning account_id, tag, generation),
  moved as (select account_id, tag, generation, sum(n)::bigint as n
    from (select *, 1 as n from come union all select *, -1 from gone) as each group by 1, 2, 3 having sum(n) <> 0)
  insert into contacts.tag_counts as c (account_id, tag, generation, contacts)
  select * from moved order by 1, 2, 3
  on conflict (account_id, tag, generation) do update set contacts = c.contacts + excluded.contacts`;

async function moveTags(tx: PoolClient, written: readonly { contact: string; event?: Written }[]) {
  const rows = written.flatMap(({ contact, event }) =>
    (event?.data.contact.tags ?? []).map((name, index) => ({
      contact,
      accountId: event!.accountId,
      tag: tagKey(name),
      generation: event!.private!.tags[index]!,
      created: event!.data.contact.createdAt,
    })),
  );
  await tx.query({
    name: 'contact-tags-move',
    text: MOVE,
    values: [
      // A contact that is new had none before.
      written.filter(({ event }) => event?.type !== 'contact.created').map(({ contact }) => contact),
      rows.map(({ contact }) => contact),
      rows.map(({ accountId }) => accountId),
      rows.map(({ tag }) => tag),
      rows.map(({ generation }) => generation),
      rows.map(({ created }) => created),
    ],
  });
}

/** What a contact is the first to use becomes a part of its account's words; its twin, if it had one, a part of it. */
function followUps({ accountId, private: kept, data }: Written): FollowUp[] {
  const at = data.contact.updatedAt;
  return [
    ...(kept?.fresh?.tags ?? []).map((name) => ({
      aggregate: tags,
      command: { accountId, type: 'tag.use', data: { accountId, name, at } },
    })),
    ...(kept?.fresh?.fields ?? []).map((key) => ({
      aggregate: customFields,
      command: { accountId, type: 'field.use', data: { accountId, key, at } },
    })),
    ...(kept?.twin === undefined
      ? []
      : [
          {
            aggregate: contacts,
            command: {
              accountId,
              type: 'contact.merge',
              data: { contactId: kept.twin, into: data.contactId, at },
            },
          },
        ]),
  ];
}

async function note(events: readonly Written[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const last = new Map(events.map((event) => [event.data.contactId, event]));
  const moving = [...last.values()].filter(
    (event) => event.type === 'contact.updated' || event.data.contact.tags.length > 0,
  );
  if (moving.length > 0)
    await moveTags(
      tx,
      moving.map((event) => ({ contact: event.data.contactId, event })),
    );
  return events.flatMap(followUps);
}

export const labelsProjection = {
  'contact.created': note,
  'contact.updated': note,
  'contact.merged': (events: readonly Recorded<'contact.merged'>[], tx: PoolClient) =>
    moveTags(
      tx,
      events.map(({ data }) => ({ contact: data.contactId })),
    ),
  'contact.label_forgotten': async (
    events: readonly Recorded<'contact.label_forgotten'>[],
    tx: PoolClient,
  ) => {
    const untagged = events.filter(({ data }) => data.kind === 'tag');
    if (untagged.length === 0) return;
    await tx.query({
      name: 'contact-tags-forget',
      text: `with gone as (delete from contacts.contact_tags t
               using unnest($1::text[], $2::text[], $3::int[]) as g(contact, tag, generation)
               where t.contact = g.contact and t.tag = g.tag and t.generation = g.generation
               returning t.account_id, t.tag, t.generation)
             update contacts.tag_counts c set contacts = c.contacts - g.n
             from (select account_id, tag, generation, count(*) as n from gone group by 1, 2, 3) as g
             where c.account_id = g.account_id and c.tag = g.tag and c.generation = g.generation`,
      values: [
        untagged.map(({ data }) => data.contactId),
        untagged.map(({ data }) => data.key),
        untagged.map(({ data }) => data.generation),
      ],
    });
  },
} as unknown as InlineProjection;
