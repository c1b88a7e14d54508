import { contactIdOf } from '@wbiz/contracts/conversation';
import { LIMITS } from '@wbiz/contracts/limits';
import { tagKey, tagStream } from '@wbiz/contracts/tag';
import type { Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { fieldsStream, type FieldsState } from '../custom-field/custom-field.decider.js';
import type { TagState } from '../tag/tag.decider.js';
import type { ContactCommand, ContactFacts, ContactState, KnownField, KnownTag } from './contact.decider.js';

type Contact = Asked<ContactCommand, ContactState | null>;
/** What a command may have to say of labels and persons. */
type Given = {
  readonly phone?: string | null;
  readonly userId?: string | null;
  readonly tags?: readonly string[];
  readonly customFields?: Readonly<Record<string, unknown>>;
};
type Vocabulary = { readonly tags: Map<string, KnownTag>; readonly fields: Map<string, KnownField> };

/**
 * The account's words for what a batch of contacts has, and is to have: key locks keep a tag or a field from being
 * deleted (`deletionWaits`) before the batch is committed, so that no event shows one that was deleted before it;
 * they do not keep others from adding to them.
 */
export async function contactFacts(tx: PoolClient, asked: readonly Contact[]): Promise<ContactFacts[]> {
  const twins = await twinsOf(tx, asked);
  const all = asked.map((one) => ({
    ...one,
    given: one.command.data as Given,
    twin: twins.get(one) ?? null,
  }));
  const vocabularies = new Map<string, Vocabulary>();
  for (const { command } of all) vocabularies.set(command.accountId, { tags: new Map(), fields: new Map() });
  await readTags(tx, all, vocabularies);
  await readFields(tx, all, vocabularies);
  return all.map(({ command, twin }) => ({ ...vocabularies.get(command.accountId)!, twin }));
}

type Known = Contact & { readonly given: Given; readonly twin: ContactState | null };

/** The contacts under the user ids of people whose phone number is told here for the first time. */
async function twinsOf(tx: PoolClient, asked: readonly Contact[]): Promise<Map<Contact, ContactState>> {
  const twinIds = new Map<Contact, string>();
  for (const one of asked) {
    const { phone, userId } = one.command.data as Given;
    if (phone && userId && one.state?.contact.userId !== userId)
      twinIds.set(one, contactIdOf(one.command.accountId, userId));
  }
  if (twinIds.size === 0) return new Map();
  const { rows } = await tx.query<{ stream: string; state: ContactState }>({
    name: 'contact-twins',
    text: `select stream, state from contacts.contacts
           where stream = any($1) and state->>'mergedInto' is null order by stream for update`,
    values: [[...twinIds.values()]],
  });
  const found = new Map(rows.map(({ stream, state }) => [stream, state]));
  return new Map([...twinIds].flatMap(([one, id]) => (found.has(id) ? [[one, found.get(id)!]] : [])));
}

async function readTags(
  tx: PoolClient,
  all: readonly Known[],
  vocabularies: ReadonlyMap<string, Vocabulary>,
) {
  const named = new Map<string, { accountId: string; name: string }>();
  for (const { command, state, twin, given } of all)
    for (const name of [
      ...(state?.contact.tags ?? []),
      ...(twin?.contact.tags ?? []),
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
    ({ state, twin, given }) =>
      given.customFields ?? [state, twin].some((one) => one && Object.keys(one.fields).length > 0),
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
