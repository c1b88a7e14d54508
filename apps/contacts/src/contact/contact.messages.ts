import type {
  ContactCreatedData,
  ContactMergedData,
  ContactOptedOutData,
  ContactUpdatedData,
  OptWay,
  UpdateContactData,
  UpsertContactData,
} from '@wbiz/contracts/contact';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import type { ContactFacts, ContactState, Generation, Label } from './contact.state.js';

/** A person. `contactId` is derived from `phone` or `userId`. */
type Person = {
  readonly contactId: string;
  readonly phone: string | null;
  readonly userId: string | null;
};

type NoteInbound = Person & { readonly name: string | null; readonly at: string };
/** A person's new number or user id; null: unchanged. */
type NoteChange = Person & { readonly at: string };
/** `saidAt`: when the person opted in or out. */
type NoteOpt = Person & {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly saidAt: string;
  readonly at: string;
};
export type ForgetLabels = {
  readonly contactId: string;
  /** Whether `key` is a tag's key or a custom field's key. */
  readonly kind: 'tag' | 'field';
  readonly key: string;
  readonly generation: Generation;
};

type Informed = { readonly facts: ContactFacts };
export type ContactCommand =
  | (Message<'contact.upsert', UpsertContactData> & Informed)
  | (Message<'contact.update', UpdateContactData> & Informed)
  | (Message<'contact.note-inbound', NoteInbound> & Informed)
  | (Message<'contact.note-change', NoteChange> & Informed)
  | (Message<'contact.note-opt', NoteOpt> & Informed)
  | (Message<'contact.merge', ContactMergedData> & Informed)
  | (Message<'contact.forget-label', ForgetLabels> & Informed);

/** The private data of an event that takes tags from a contact. `gone`: the tags taken. */
export type Untagged = { readonly createdAt: string; readonly gone: readonly Label[] };

/** The part of the state that only the private part of an event carries. */
export type Kept = Pick<ContactState, 'tags' | 'fields' | 'opt' | 'named' | 'formerPhones'> & {
  readonly gone?: readonly Label[];
  /** Labels used for the first time: a follow-up command adds them to the account's tags and fields. */
  readonly fresh?: { readonly tags: readonly string[]; readonly fields: readonly string[] };
};

export type ContactEvent =
  | DomainEvent<'contact.created', ContactCreatedData, Kept>
  | DomainEvent<'contact.updated', ContactUpdatedData, Kept>
  | DomainEvent<'contact.opted_out', ContactOptedOutData>
  /** A client set the name that the WhatsApp profile has: from now on the name does not follow the profile. */
  | DomainEvent<'contact.name_settled', { readonly at: string; readonly by: string | null }>
  | DomainEvent<'contact.merged', ContactMergedData, Untagged>
  /** From now on `ids`, derived from phone numbers or user ids that the person has or had, lead to the contact too. */
  | DomainEvent<'contact.linked', NoteChange & { readonly ids: readonly string[] }>
  /** The contact id had no contact; from now on the id leads to the contact `into`. */
  | DomainEvent<'contact.claimed', ContactMergedData>
  /** Only in old streams: written before commands to a merged contact were passed to the surviving one. */
  | DomainEvent<'contact.opt_passed_on', NoteOpt & { readonly into: string }>
  | DomainEvent<'contact.label_forgotten', ForgetLabels, Untagged>;
