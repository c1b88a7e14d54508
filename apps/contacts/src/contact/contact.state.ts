import type { ContactView, OptWay } from '@wbiz/contracts/contact';
import type { FieldType } from '@wbiz/contracts/custom-field';

/** How often a tag or field of this name was created: one that is deleted and created again is a different label. */
export type Generation = number;
export type Opt = {
  readonly optedIn: boolean;
  readonly how: OptWay;
  readonly at: string;
  readonly by: string | null;
};

/** A contact: its view in the API, the generations of its labels (tags and custom fields), and its search text. */
export type ContactState = {
  readonly contact: ContactView;
  /** The generations of `contact.tags`, in the same order. */
  readonly tags: readonly Generation[];
  readonly fields: Readonly<Record<string, Generation>>;
  readonly opt: Opt | null;
  /** Present if the name follows the WhatsApp profile. Absent if a request set the name, which then stays. */
  readonly named?: 'whatsapp';
  /** Earlier phone numbers of the person, oldest first. */
  readonly formerPhones?: readonly string[];
  readonly mergedInto: string | null;
  readonly search: string;
};

/** A tag of the account. `fresh`: the tag did not exist before this command. */
export type KnownTag = { readonly name: string; readonly generation: Generation; readonly fresh: boolean };
export type KnownField = {
  readonly type: FieldType;
  readonly options: readonly string[] | null;
  readonly generation: Generation;
  readonly fresh: boolean;
};

/**
 * Read in the command's transaction: the tags and custom fields that the command or the contact names, and other
 * contacts of the same person.
 */
export type ContactFacts = {
  /** Tags by {@link tagKey}. */
  readonly tags: ReadonlyMap<string, KnownTag>;
  readonly fields: ReadonlyMap<string, KnownField>;
  /** Other contacts of the same person: found under the command's number or user id. */
  readonly twins: readonly ContactState[];
  /** Contact ids, derived from the command's phone number and user id, that no contact has. */
  readonly unclaimed: readonly string[];
  /** The id of another person's contact with the command's user id; null if there is none. */
  readonly takenBy: string | null;
};

/** One generation of a tag. */
export type Label = { readonly key: string; readonly generation: Generation };
