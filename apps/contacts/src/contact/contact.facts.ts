import { contactIdOf } from '@wbiz/contracts/conversation';
import { LIMITS } from '@wbiz/contracts/limits';
import { personKey } from '@wbiz/contracts/text/phone';
import { tagKey, tagStream } from '@wbiz/contracts/tag';
import type { Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { fieldsStream, type FieldsState } from '../custom-field/custom-field.decider.js';
import type { TagState } from '../tag/tag.decider.js';
import type { ContactCommand } from './contact.messages.js';
import type { ContactFacts, ContactState, KnownField, KnownTag } from './contact.state.js';

type Contact = Asked<ContactCommand, ContactState | null>;
/** The parts of a command's data that concern persons and labels. */
type Given = {
  readonly contactId: string;
  readonly phone?: string | null;
  readonly userId?: string | null;
  readonly tags?: readonly string[];
  readonly customFields?: Readonly<Record<string, unknown>>;
};
type Vocabulary = { readonly tags: Map<string, KnownTag>; readonly fields: Map<string, KnownField> };

/**
 * Reads the facts for a batch of commands. Locks the tags and custom fields read (key share): a label's deletion
 * (`lockDeletedLabels`) waits until the batch is committed, so that no event shows a label deleted before the event.
 * Updates that add labels do not wait for these locks.
 */
export async function contactFacts(tx: PoolClient, asked: readonly Contact[]): Promise<ContactFacts[]> {
  const persons = await personsOf(tx, asked);
  const all = asked.map((one, index) => ({ ...one, given: one.command.data as Given, ...persons[index]! }));
  const vocabularies = new Map<string, Vocabulary>();
  for (const { command } of all) vocabularies.set(command.accountId, { tags: new Map(), fields: new Map() });
  await readTags(tx, all, vocabularies);
  await readFields(tx, all, vocabularies);
  return all.map(({ command, twins, unclaimed, takenBy }) => ({
    ...vocabularies.get(command.accountId)!,
    ...{ twins, unclaimed, takenBy },
  }));
}

type Persons = Pick<ContactFacts, 'twins' | 'unclaimed' | 'takenBy'>;
type Known = Contact & Persons & { readonly given: Given };

/** Per command: the contacts whose ids derive from its phone number or user id, without the command's own contact. */
async function personsOf(tx: PoolClient, asked: readonly Contact[]): Promise<readonly Persons[]> {
  const others = asked.map(({ command, state }) => {
    const { contactId, phone, userId } = command.data as Given;
    const own = state?.contact.id ?? contactId;
    const keys = [userId, phone].filter((key) => typeof key === 'string');
    return keys.map((key) => contactIdOf(command.accountId, key)).filter((id) => id !== own);
  });
  const ids = new Set(others.flat());
  const found = new Map<string, ContactState>();
  if (ids.size > 0) {
    const { rows } = await tx.query<{ stream: string; state: ContactState }>({
      name: 'contact-twins',
      text: `select stream, state from contacts.contacts where stream = any($1) order by stream for update`,
      values: [[...ids]],
    });
    for (const { stream, state } of rows) found.set(stream, state);
  }
  return asked.map((one, index) => {
    const standing = others[index]!.flatMap((id) => found.get(id) ?? []);
    return {
      twins: standing.filter((other) => other.mergedInto === null && isOneWith(one, other)),
      unclaimed: others[index]!.filter((id) => !found.has(id)),
      takenBy: takenBy(one, standing),
    };
  });
}

/** Whether both may be the same person: no user ids that differ, and no phone numbers that differ. */
function isOneWith({ command, state }: Contact, { contact: other }: ContactState): boolean {
  const { phone = null, userId = null } = command.data as Given;
  const mine = {
    userId: userId ?? state?.contact.userId ?? null,
    phone: phone ?? state?.contact.phone ?? null,
  };
  const differ = (one: string | null, another: string | null) =>
    one !== null && another !== null && personKey(one) !== personKey(another);
  return !differ(mine.userId, other.userId) && !differ(mine.phone, other.phone);
}

/** The id of the contact that has the command's user id, if that contact is another person's; null if not. */
function takenBy(one: Contact, standing: readonly ContactState[]): string | null {
  const { userId } = one.command.data as Given;
  if (!userId || one.state?.contact.userId === userId) return null;
  const way = standing.find(({ contact }) => contact.id === contactIdOf(one.command.accountId, userId));
  if (!way) return null;
  const own = one.state?.contact.id ?? (one.command.data as Given).contactId;
  if (way.mergedInto !== null) return way.mergedInto === own ? null : way.mergedInto;
  return isOneWith(one, way) ? null : way.contact.id;
}

async function readTags(
  tx: PoolClient,
  all: readonly Known[],
  vocabularies: ReadonlyMap<string, Vocabulary>,
) {
  const named = new Map<string, { accountId: string; name: string }>();
  for (const { command, state, twins, given } of all)
    for (const name of [
      ...[state, ...twins].flatMap((one) => one?.contact.tags ?? []),
      ...(given.tags ?? []),
    ]) {
      const stream = tagStream(command.accountId, name);
      if (!named.has(stream)) named.set(stream, { accountId: command.accountId, name });
    }
  if (named.size === 0) return;
  const { rows } = await tx.query<{ stream: string; state: TagState }>({
    name: 'contact-tags-known',
    text: `select stream, state from contacts.tags where stream = any($1) order by stream for key share`,
    values: [[...named.keys()]],
  });
  const known = new Map(rows.map(({ stream, state }) => [stream, state]));
  for (const [stream, { accountId, name }] of named) {
    const tag = known.get(stream);
    vocabularies
      .get(accountId)!
      .tags.set(
        tagKey(name),
        tag && !tag.deleted
          ? { name: tag.name, generation: tag.generation, fresh: false }
          : { name, generation: (tag?.generation ?? 0) + 1, fresh: true },
      );
  }
}

async function readFields(
  tx: PoolClient,
  all: readonly Known[],
  vocabularies: ReadonlyMap<string, Vocabulary>,
) {
  const valued = all.filter(
    ({ state, twins, given }) =>
      given.customFields ?? [state, ...twins].some((one) => one && Object.keys(one.fields).length > 0),
  );
  if (valued.length === 0) return;
  const accounts = new Set(valued.map(({ command }) => command.accountId));
  const { rows } = await tx.query<{ account_id: string; state: FieldsState }>({
    name: 'contact-fields-known',
    text: `select account_id, state from contacts.custom_fields where stream = any($1) order by stream for key share`,
    values: [[...accounts].map(fieldsStream)],
  });
  const past = new Map<string, FieldsState['generations']>();
  for (const { account_id, state } of rows) {
    past.set(account_id, state.generations);
    for (const [key, { type, options }] of Object.entries(state.fields))
      vocabularies
        .get(account_id)!
        .fields.set(key, { type, options, generation: state.generations[key]!, fresh: false });
  }
  for (const { command, given } of valued) {
    const { fields } = vocabularies.get(command.accountId)!;
    for (const [key, value] of Object.entries(given.customFields ?? {}))
      if (typeof value === 'string' && !fields.has(key) && fields.size < LIMITS.customFields.max) {
        const generation = (past.get(command.accountId)?.[key] ?? 0) + 1;
        fields.set(key, { type: 'text', options: null, generation, fresh: true });
      }
  }
}
