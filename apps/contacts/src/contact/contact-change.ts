import type { ContactSource, ContactView, UpdateContact } from '@wbiz/contracts/contact';
import { personKey } from '@wbiz/contracts/text/phone';
import { detailOf } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';
import { isRepeated, later } from './contact-consent.js';
import { fieldsOf, labelsKept, tagsOf, withoutDeletedLabels } from './contact-labels.js';
import type { ContactEvent, Kept } from './contact.messages.js';
import type { ContactFacts, ContactState, Opt } from './contact.state.js';

/** The changes wanted. A field that is left out stays as it is. */
type Wanted = Omit<UpdateContact, 'tags'> & {
  readonly addTags?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly phone?: string | null;
  /** The contact's present phone number, which `phone` replaces. */
  readonly movesFrom?: string | undefined;
  readonly userId?: string | null;
  readonly named?: 'whatsapp';
  readonly opt?: Opt | undefined;
};
type Write = { readonly at: string; readonly by: string | null };

type Change = {
  readonly contactId: string;
  readonly source: ContactSource;
  readonly wanted: Wanted;
  readonly facts: ContactFacts;
};

/** The events that make the changes, if any. Throws `conflict` if the contact is merged, or `invalid_request`. */
export function changeContact(known: ContactState | null, change: Change, { at, by }: Write): ContactEvent[] {
  const { facts } = change;
  if (known?.mergedInto)
    throw new Rejection('conflict', `The contact ${change.contactId} has become ${known.mergedInto}.`);
  const before = known && withoutDeletedLabels(known, facts);
  const twins = facts.twins.map((twin) => withoutDeletedLabels(twin, facts));
  const { now, kept, opt, named } = joined({ known, before, twins, at }, change);

  const [merged, ...others] = twins.map((twin) => twin.contact.id);
  const data = { contactId: now.id, contact: now, by };
  const told = { ...data, ...(merged === undefined ? {} : { merged }) };
  const after: ContactEvent[] = [
    ...others.map((other): ContactEvent => ({
      type: 'contact.updated',
      data: { ...data, merged: other, changed: [] },
      private: kept,
    })),
    ...(opt && !opt.optedIn ? [optedOut(now, opt, by)] : []),
    ...linked(now, facts, at),
  ];
  if (!before) return [{ type: 'contact.created', data: told, private: kept }, ...after];
  const changed = changes(before.contact, now);
  if (changed.length > 0 || twins.length > 0)
    return [{ type: 'contact.updated', data: { ...told, changed }, private: kept }, ...after];
  const settled = before.named && !named;
  return [...(settled ? [{ type: 'contact.name_settled' as const, data: { at, by } }] : []), ...after];
}

type Parts = {
  readonly known: ContactState | null;
  readonly before: ContactState | null;
  readonly twins: readonly ContactState[];
  readonly at: string;
};
type Joined = {
  readonly now: ContactView;
  readonly kept: Kept;
  readonly opt: Opt | null;
  readonly named: ReturnType<typeof namedOf>;
};

/** The contact after the changes; values that the contact lacks come from its twins. Throws `invalid_request`. */
function joined({ known, before, twins, at }: Parts, { wanted, facts, ...change }: Change): Joined {
  const base = before?.contact;
  /** The contact first, then its twins: the first value found wins. */
  const all = [...(before ? [before] : []), ...twins];
  const first = <Value>(read: (contact: ContactView) => Value | null): Value | null =>
    all.map((one) => read(one.contact)).find((value) => value !== null) ?? null;

  const present = all.flatMap((one) => one.contact.tags);
  const tags = tagsOf(present, wanted, facts);
  const values = all.map((one) => one.contact.customFields).reverse();
  const fields = fieldsOf(Object.assign({}, ...values) as (typeof values)[number], wanted, facts);
  const faults = [...tags.faults, ...fields.faults];
  if (faults.length > 0) throw new Rejection('invalid_request', detailOf(faults), faults);

  const opt = wanted.opt && !isRepeated(before, wanted.opt) ? wanted.opt : null;
  const lastOpt = opt ?? all.map((one) => one.opt).reduce(later, null);
  const optedFrom = opt ? base : (all.find((one) => one.opt === lastOpt)?.contact ?? base);
  const now: ContactView = {
    id: base?.id ?? change.contactId,
    phone:
      (wanted.movesFrom === undefined ? base?.phone : null) ?? wanted.phone ?? first(({ phone }) => phone),
    userId: wanted.userId ?? first(({ userId }) => userId),
    name: wanted.name === undefined ? first(({ name }) => name) : wanted.name,
    email: wanted.email === undefined ? first(({ email }) => email) : wanted.email,
    tags: tags.names,
    customFields: fields.values,
    optedIn: opt?.optedIn ?? optedFrom?.optedIn ?? false,
    optedInAt: opt?.optedIn ? opt.at : (optedFrom?.optedInAt ?? null),
    optedOutAt: opt ? (opt.optedIn ? null : opt.at) : (optedFrom?.optedOutAt ?? null),
    source: base?.source ?? change.source,
    createdAt: base?.createdAt ?? at,
    // Never earlier than the update before, although replicas' clocks differ.
    updatedAt: base && base.updatedAt > at ? base.updatedAt : at,
  };
  const named = wanted.name === undefined ? namedOf(...all) : wanted.named;
  const formerPhones = formerPhonesOf(all, wanted);
  const kept: Kept = {
    ...labelsKept(known, now, facts),
    opt: lastOpt,
    ...(now.name !== null && named === 'whatsapp' && { named }),
    ...(formerPhones.length > 0 && { formerPhones }),
  };
  return { now, kept, opt, named };
}

const formerPhonesOf = (all: readonly ContactState[], { phone = null, movesFrom }: Wanted): string[] =>
  [...new Set(all.flatMap((one) => one.formerPhones ?? []))]
    .filter((former) => movesFrom === undefined || !sameNumber(phone)(former))
    .concat(movesFrom ?? []);

const optedOut = ({ id: contactId, phone, userId }: ContactView, { how, at }: Opt, by: string | null) => ({
  type: 'contact.opted_out' as const,
  data: { contactId, phone, userId, how, by, at },
});

const linked = (
  { id: contactId, phone, userId }: ContactView,
  { unclaimed: ids }: ContactFacts,
  at: string,
) =>
  ids.length > 0 ? [{ type: 'contact.linked' as const, data: { contactId, phone, userId, ids, at } }] : [];

/** The source of the first name found among `contacts`; undefined if none of them has a name. */
export function namedOf(...contacts: readonly (ContactState | null)[]): 'whatsapp' | 'request' | undefined {
  const named = contacts.find((one) => one && one.contact.name !== null);
  return named ? (named.named ?? 'request') : undefined;
}

export const sameNumber = (phone: string | null) => (other: string) =>
  phone !== null && personKey(phone) === personKey(other);

/** The contact's phone number if `phone` is another number, not only another spelling; undefined if not. */
export function movedFrom(known: ContactState | null, phone: string | null): string | undefined {
  const had = known?.contact.phone ?? null;
  return had !== null && phone !== null && !sameNumber(phone)(had) ? had : undefined;
}

const PLAIN = ['phone', 'userId', 'name', 'email', 'optedIn', 'optedInAt', 'optedOutAt'] as const;

/** The names of the fields that differ; each custom field as `customFields.<key>`. */
function changes(before: ContactView, now: ContactView): string[] {
  const keys = new Set([...Object.keys(before.customFields), ...Object.keys(now.customFields)]);
  return [
    ...PLAIN.filter((field) => before[field] !== now[field]),
    ...(before.tags.join('\n') === now.tags.join('\n') ? [] : ['tags']),
    ...[...keys]
      .filter((key) => before.customFields[key] !== now.customFields[key])
      .map((key) => `customFields.${key}`),
  ];
}
