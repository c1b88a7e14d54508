import { contactIdOf, conversationIdOf, type ConversationStatus } from '@wbiz/contracts/conversation';
import type { OwnCommand } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { ADD_MESSAGES } from '../conversation/inbox-row.js';
import { conversationText } from '../conversation/search-text.js';
import type { ConversationCommand, ConversationState } from '../conversation/conversation.decider.js';
import type { Link } from './identity.js';

export type AccountLink = Link & { readonly accountId: string };
type Own = OwnCommand<ConversationCommand>;

/**
 * Stores identity links, and merges conversations that turn out to be with one person. The returned commands must run
 * in the same transaction.
 */
export async function linkPeople(tx: PoolClient, links: readonly AccountLink[]): Promise<readonly Own[]> {
  const last = new Map(links.map((link) => [`${link.accountId} ${link.alias}`, link]));
  const fresh = [...last.values()];
  if (fresh.length === 0) return [];
  const columns = [
    fresh.map(({ accountId }) => accountId),
    fresh.map(({ alias }) => alias),
    fresh.map(({ person }) => person),
    fresh.map(({ former }) => former),
  ];
  await tx.query({
    name: 'people-link',
    text: `insert into messaging.people (account_id, alias, person, former)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) as l(account_id, alias, person, former)
           order by account_id, alias
           on conflict (account_id, alias) do update set person = excluded.person, former = excluded.former`,
    values: columns,
  });
  // No merge for a number that other people with user ids are linked to: its conversations stay with those people.
  const { rows: theirs } = await tx.query<{ account_id: string; person: string }>({
    name: 'people-others',
    text: `select distinct p.account_id, p.person from unnest($1::text[], $2::text[], $3::text[]) as l(account_id, alias, person)
           join messaging.people p on p.account_id = l.account_id and p.person = l.alias and p.person <> l.person
           where starts_with(l.alias, '+') and not starts_with(p.alias, '+')`,
    values: columns.slice(0, 3),
  });
  const merging = fresh.filter(
    ({ accountId, alias, person }) =>
      alias !== person && !theirs.some((one) => one.account_id === accountId && one.person === alias),
  );
  await tx.query({
    name: 'people-lead-on',
    text: `update messaging.people p set person = l.person
           from unnest($1::text[], $2::text[], $3::text[]) as l(account_id, alias, person)
           where p.account_id = l.account_id and p.person = l.alias`,
    values: [
      merging.map(({ accountId }) => accountId),
      merging.map(({ alias }) => alias),
      merging.map(({ person }) => person),
    ],
  });
  return mergeConversations(tx, merging);
}

type Begun = {
  readonly stream: string;
  readonly account_id: string;
  readonly contact_id: string;
  readonly phone_number_id: string;
  readonly name: string | null;
  readonly state: ConversationState | null;
};

async function mergeConversations(tx: PoolClient, links: readonly AccountLink[]): Promise<readonly Own[]> {
  const into = new Map(links.map((link) => [contactIdOf(link.accountId, link.alias), link.person]));
  const { rows } = await tx.query<Begun>({
    name: 'conversations-of-people',
    text: `select c.stream, c.account_id, c.contact_id, c.phone_number_id, c.name, c.state
           from unnest($1::text[], $2::text[]) as l(account_id, contact_id)
           join messaging.conversations c on c.account_id = l.account_id and c.contact_id = l.contact_id
           where c.state->>'mergedInto' is null order by c.stream for no key update of c`,
    values: [links.map(({ accountId }) => accountId), [...into.keys()]],
  });
  const commands: Own[] = [];
  for (const begun of rows) commands.push(...(await merge(tx, begun, into.get(begun.contact_id)!)));
  return commands;
}

/** Merges a conversation into the conversation of `person`; creates the latter if it does not exist. */
async function merge(tx: PoolClient, begun: Begun, person: string): Promise<readonly Own[]> {
  const { stream, account_id: accountId, phone_number_id: phoneNumberId, name, state } = begun;
  const conversationId = conversationIdOf(accountId, phoneNumberId, person);
  const contactId = contactIdOf(accountId, person);
  const { rows } = await tx.query<{ status: ConversationStatus | null; last_message_at: Date }>({
    name: 'conversation-merge',
    text: `with moved as (insert into messaging.conversations as c
             (stream, account_id, contact_id, phone_number_id, person, name, last_message_at, last_message_preview, unread_count, window_expires_at, reached_minute)
             select $2, account_id, $3, phone_number_id, $4, name, last_message_at, last_message_preview, unread_count, window_expires_at, reached_minute
             from messaging.conversations where stream = $1
             on conflict (stream) do update set
               name = coalesce(c.name, excluded.name),
               ${ADD_MESSAGES},
               reached_minute = greatest(c.reached_minute, excluded.reached_minute)
             returning c.*),
           called as (insert into messaging.conversation_texts (stream, account_id, search)
             select $2, account_id, $5 from moved
             where not exists (select from messaging.conversations where stream = $2 and name is not null)
             on conflict (stream) do update set search = excluded.search),
           ways as (update messaging.merged_conversations set into_stream = $2 where into_stream = $1),
           way as (insert into messaging.merged_conversations (stream, into_stream) values ($1, $2)
             on conflict (stream) do update set into_stream = excluded.into_stream)
           select state->>'status' as status, last_message_at from moved`,
    values: [stream, conversationId, contactId, person, conversationText({ person, name })],
  });
  const { status: had, last_message_at: lastAt } = rows[0]!;
  const at = lastAt.toISOString();
  const own = (command: ConversationCommand): Own => ({ accountId, ...command });
  const note = { conversationId, contactId, phoneNumberId, at, written: state?.status === 'open' };
  return [
    own({ type: 'conversation.merge', data: { conversationId: stream, into: conversationId, at } }),
    own({ type: 'conversation.note-message', data: note }),
    ...(had === null && state
      ? [
          own({
            type: 'conversation.update',
            data: { conversationId, status: state.status, assignee: state.assignee, at },
          }),
        ]
      : []),
  ];
}
