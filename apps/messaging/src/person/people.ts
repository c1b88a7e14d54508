import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { personChange } from '@wbiz/contracts/inbound-payload';
import { isPhone, personKey } from '@wbiz/contracts/text/phone';
import type { MessageEchoedData, MessageReceivedData } from '@wbiz/contracts/message';
import type { Pool, PoolClient } from 'pg';
import { identityAfter, identityOf, type Identity, type Known, type Link } from './identity.js';

/** The contact and the conversation that hold a person's messages. */
export type Place = { readonly contactId: string; readonly conversationId: string };
export const placeOf = (accountId: string, phoneNumberId: string, person: string): Place => ({
  contactId: contactIdOf(accountId, person),
  conversationId: conversationIdOf(accountId, phoneNumberId, person),
});

type Key = { readonly accountId: string; readonly key: string };
type KnownOf = (of: Key) => Known | undefined;
const nameOf = ({ accountId, key }: Key) => `${accountId} ${key}`;

/** Looks up which person each user id or number belongs to. */
export async function findPeople(db: Pool | PoolClient, keys: readonly Key[]): Promise<KnownOf> {
  if (keys.length === 0) return () => undefined;
  const { rows } = await db.query<{ account_id: string; alias: string; person: string; former: boolean }>({
    name: 'people-known',
    text: `select p.* from unnest($1::text[], $2::text[]) as k(account_id, alias)
           join messaging.people p on p.account_id = k.account_id and p.alias = k.alias`,
    values: [keys.map(({ accountId }) => accountId), keys.map(({ key }) => key)],
  });
  const found = new Map(
    rows.map(({ account_id: accountId, alias: key, ...row }) => [nameOf({ accountId, key }), row]),
  );
  return (of) => found.get(nameOf(of));
}

/** The contact and conversation of a message from Meta's webhook, and the identity links that the message adds. */
export type Arrival = Place & { readonly links: readonly Link[] };
type Received = Pick<
  MessageReceivedData,
  'kind' | 'payload' | 'from' | 'userId' | 'phoneNumberId' | 'conversationId'
> & { readonly accountId: string };

/** Turns an echo into a received message: the echo's recipient becomes the person who sent it. */
export const asReceived = ({
  to,
  ...echoed
}: MessageEchoedData & { readonly accountId: string }): Received => ({
  ...echoed,
  from: isPhone(to) ? to : null,
});

/** A change of number or user id adds no links for a person with neither a conversation nor a row in contact_names. */
export async function arrivalsOf(tx: PoolClient, received: readonly Received[]): Promise<readonly Arrival[]> {
  const find = await findPeople(
    tx,
    received.flatMap((one) => keysOf(one).map((key) => ({ accountId: one.accountId, key }))),
  );
  const arrivals = received.map((one): Arrival => {
    const { person, links } = identityIn(one, (key) => find({ accountId: one.accountId, key }));
    return { ...placeIn(one, person), links };
  });
  const told = received.flatMap((one, index) =>
    personChange(one) ? { accountId: one.accountId, contactId: arrivals[index]!.contactId } : [],
  );
  const seen = await seenOf(tx, told);
  return arrivals.map((arrival, index) =>
    personChange(received[index]!) && !seen.has(arrival.contactId) ? { ...arrival, links: [] } : arrival,
  );
}

function keysOf(received: Received): readonly string[] {
  const { from, userId = null } = received;
  const { phone = null, userId: next = null, previousUserId = null } = personChange(received) ?? {};
  return [from, phone, userId, next, previousUserId].filter((key) => key !== null).map(personKey);
}

function identityIn(received: Received, find: (key: string) => Known | undefined): Identity {
  const { from: phone, userId = null } = received;
  const change = personChange(received);
  if (!change) return identityOf({ phone, userId }, find);
  const had = change.previousUserId ?? (userId === change.userId ? null : userId);
  // A person must have a number or a user id: if Meta names only the new user id, the new user id identifies the
  // person.
  const before = { phone, userId: phone === null ? (had ?? userId) : had };
  return identityAfter(before, change, find);
}

/** A group message stays in the group's conversation. */
function placeIn(received: Received, person: string): Place {
  const { accountId, phoneNumberId, from, userId, conversationId } = received;
  const place = placeOf(accountId, phoneNumberId, person);
  const own = conversationIdOf(accountId, phoneNumberId, (from ?? userId)!);
  return conversationId === own ? place : { ...place, conversationId };
}

/** The ids of those contacts that have a conversation or a row in contact_names. */
async function seenOf(
  tx: PoolClient,
  told: readonly { readonly accountId: string; readonly contactId: string }[],
): Promise<ReadonlySet<string>> {
  if (told.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>({
    name: 'people-seen',
    text: `select contact_id as id from unnest($1::text[], $2::text[]) as t(account_id, contact_id)
           where exists (select from messaging.conversations c where c.account_id = t.account_id and c.contact_id = t.contact_id)
             or exists (select from messaging.contact_names n where n.contact_id = t.contact_id)`,
    values: [told.map(({ accountId }) => accountId), told.map(({ contactId }) => contactId)],
  });
  return new Set(rows.map(({ id }) => id));
}

/** The ids of the person's contact and of the contacts merged into it, since older messages still carry those. */
export async function contactsOf(
  db: Pool,
  accountId: string,
  phoneOrUserId: string,
): Promise<readonly string[]> {
  const key = personKey(phoneOrUserId);
  const { rows } = await db.query<{ key: string }>({
    name: 'people-aliases',
    text: `with whose as (select coalesce(
             (select person from messaging.people where account_id = $1 and alias = $2), $2) as person)
           select person as key from whose union
           select alias from messaging.people p, whose w where p.account_id = $1 and p.person = w.person`,
    values: [accountId, key],
  });
  return rows.map((row) => contactIdOf(accountId, row.key));
}
