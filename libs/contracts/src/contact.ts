import { ValidateBy } from 'class-validator';
import { FIELD_KEY, type FieldValue } from './custom-field.js';
import { LIMITS } from './limits.js';
import { cut, text } from './meta/item.js';
import { Page } from './page.js';
import { fieldFault } from './problem.js';
import { Rule } from './schema/field-registry.js';
import { Flag, Json, Nested } from './schema/fields.js';
import { isPlainObject } from './schema/json-values.js';
import { OneOf, Phone, Text, TextList, Time, USER_ID } from './schema/text-fields.js';

const TAGS = { max: LIMITS.contactTags.max, each: LIMITS.tagName.max, example: ['lead', 'vip'] };

/** A field of tag names: not blank, without leading or trailing blanks. */
export const Tags = (base: { description: string; example?: readonly string[] }): PropertyDecorator => {
  const list = TextList({ ...TAGS, optional: true, ...base });
  const trimmed = ValidateBy(
    {
      name: 'trimmed',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || value.trim() === value,
        defaultMessage: () => 'must hold names that neither begin nor end with blanks',
      },
    },
    { each: true },
  );
  return (target, key) => [list, trimmed].forEach((decorate) => decorate(target, key));
};

/**
 * A field of custom field values by key. Checks form only: the contacts service checks values by the field's
 * definition.
 */
const CustomFields = (base: { description: string; example?: object }): PropertyDecorator => {
  const object = Json({ optional: true, ...base });
  const entries = ValidateBy({
    name: 'customFields',
    validator: {
      validate: (value: unknown) => faultOfFields(value) === undefined,
      defaultMessage: (given) => faultOfFields(given?.value)!,
    },
  });
  return (target, key) => [object, entries].forEach((decorate) => decorate(target, key));
};

function faultOfFields(value: unknown): string | undefined {
  if (!isPlainObject(value)) return undefined;
  const { max } = LIMITS.customFields;
  const longest = LIMITS.customFieldKey.max;
  const entries = Object.entries(value);
  if (entries.length > max) return `must have at most ${max} keys`;
  for (const [key, inner] of entries) {
    const shown = JSON.stringify(key.slice(0, longest));
    if (!FIELD_KEY.test(key) || key.length > longest || key in Object.prototype)
      return `must have keys of at most ${longest} letters, digits, _ and -, which ${shown} is not`;
    if (typeof inner === 'object' && inner !== null)
      return `must hold texts, numbers, true, false or null; ${shown} is none of them`;
    if (typeof inner === 'string' && (!inner.isWellFormed() || inner.includes('\u0000')))
      return `must hold well-formed texts, which ${shown} is not`;
    if (typeof inner === 'number' && !Number.isFinite(inner))
      return `must hold no number as large as ${shown}`;
  }
  return undefined;
}

/** Matches a visible character; direction marks and fillers count as blank. */
const VISIBLE = /[^\s\p{Cc}\p{DI}\u2800]/u;
const Name = (example?: string) =>
  Text({
    ...LIMITS.contactName,
    pattern: VISIBLE,
    patternDetail: 'must not be blank',
    optional: true,
    nullable: true,
    ...(example ? { example } : {}),
  });

const Email = () =>
  Text({
    ...LIMITS.contactEmail,
    pattern: /^[^\s@]+@[^\s@]+$/,
    patternDetail: 'must be an e-mail address',
    optional: true,
    nullable: true,
  });

/** A name from another system, cut to the limit of our name field; undefined if it is blank. */
export function nameFrom(given: unknown): string | undefined {
  const name = cut(text(given) ?? '', LIMITS.contactName);
  return VISIBLE.test(name) ? name : undefined;
}

const CONTACT_SOURCES = ['api', 'import', 'inbound'] as const;
export type ContactSource = (typeof CONTACT_SOURCES)[number];
/**
 * How a person opted in or out. `api`, `import`: a client said so. `stop_word`, `start_word`: the person wrote such a
 * word. `user_preferences`: in WhatsApp's settings. `refused_by_meta`: in WhatsApp's settings too, learnt from Meta's
 * refusal of a marketing message (131050).
 */
const OPT_WAYS = ['api', 'import', 'stop_word', 'start_word', 'user_preferences', 'refused_by_meta'] as const;
export type OptWay = (typeof OPT_WAYS)[number];

export class ContactView {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 40, nullable: true, description: 'E.164; null for a person without a phone number.' })
  phone!: string | null;
  @Text({ ...LIMITS.userId, nullable: true, description: "Meta's user id, where it is known." })
  userId!: string | null;
  @Text({ ...LIMITS.contactName, nullable: true }) name!: string | null;
  @Text({ ...LIMITS.contactEmail, nullable: true }) email!: string | null;
  @TextList(TAGS) tags!: readonly string[];
  @Json({ depth: 1, description: 'Values of custom fields by their keys.', example: { city: 'Ahmedabad' } })
  customFields!: Readonly<Record<string, FieldValue>>;
  @Flag({ description: 'Whether the person agreed to be written to.' }) optedIn!: boolean;
  @Time({ nullable: true }) optedInAt!: string | null;
  @Time({
    nullable: true,
    description: 'When the person opted out; null: has not.',
  })
  optedOutAt!: string | null;
  @OneOf(CONTACT_SOURCES) source!: ContactSource;
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** `GET /v1/contacts`. */
export class ListContacts extends Page {
  @Text({
    max: 200,
    optional: true,
    description:
      'A part of the name, the phone number or the e-mail address, in any case. One or two letters match only the start of a word.',
  })
  search?: string;
  @TextList({ max: 20, each: LIMITS.tagName.max, optional: true, description: 'Repeated: all of them.' })
  tag?: string[];
  @Flag({
    optional: true,
    description: 'Only contacts that agreed to be written to, or only those that did not.',
  })
  optedIn?: boolean;
  @Time({ optional: true, description: 'Only what was created or changed at this time or later.' })
  updatedSince?: string;
}

/** `PATCH /v1/contacts/:id`. Omitted fields stay; null clears a field. */
export class UpdateContact {
  @Name() name?: string | null;
  @Email() email?: string | null;
  @Tags({ description: 'Replaces all tags.', example: ['customer'] }) tags?: string[];
  @CustomFields({ description: 'Values to set; null removes one, omitted fields stay.' })
  customFields?: Record<string, FieldValue | null>;
  @Flag({ optional: true, description: 'false: the person does not want to be written to.', example: true })
  optedIn?: boolean;
}

/** `POST /v1/contacts`, and a row of a bulk import. */
@Rule<CreateContact>(function* ({ phone, userId }) {
  if (phone === undefined && userId === undefined)
    yield fieldFault('/phone', 'required', 'is required, or userId instead');
})
export class CreateContact {
  @Phone({ optional: true, description: 'Required unless userId is given.' }) phone?: string;
  @Text({
    ...LIMITS.userId,
    pattern: USER_ID,
    patternDetail: 'must be a WhatsApp user id',
    optional: true,
    description: "Meta's user id of a person, e.g. IN.1234567890; with a phone number, both are one person.",
  })
  userId?: string;
  @Name('Gaurav') name?: string | null;
  @Email() email?: string | null;
  @Tags({ description: 'Tags to add.' }) tags?: string[];
  @CustomFields({
    description: 'Values to set; an undefined key is defined as text; null removes a value.',
    example: { city: 'Ahmedabad' },
  })
  customFields?: Record<string, FieldValue | null>;
  @Flag({ optional: true, description: 'false: the person does not want to be written to.', example: true })
  optedIn?: boolean;
}

/** Payload of the command `contact.upsert`. `by`: the id of the API key, or `console`. */
export type UpsertContactData = Omit<CreateContact, 'phone' | 'userId'> & {
  readonly contactId: string;
  readonly phone: string | null;
  readonly userId: string | null;
  readonly source: 'api' | 'import';
  readonly optedInByDefault?: boolean;
  readonly at: string;
  readonly by: string | null;
};
/** The reply to `contact.upsert`. `contact` is null for a row of an import, whose answer does not show it. */
export type UpsertedContact = {
  readonly id: string;
  readonly created: boolean;
  readonly contact: ContactView | null;
};

/** Payload of the command `contact.update`. */
export type UpdateContactData = UpdateContact & {
  readonly contactId: string;
  readonly at: string;
  readonly by: string | null;
};

const Author = () =>
  Text({
    max: 40,
    nullable: true,
    description:
      'The API key that did it; `console`: somebody in the console; null: it came about by itself.',
  });

/** The data of the event `contact.created`. */
export class ContactCreatedData {
  @Text({ max: 40 }) contactId!: string;
  @Nested(() => ContactView) contact!: ContactView;
  @Author() by!: string | null;
  @Text({
    max: 40,
    optional: true,
    description: 'The contact that was merged into this one: another user id or number of the same person.',
  })
  merged?: string;
}

/** The data of the event `contact.updated`: the contact after the change. */
export class ContactUpdatedData extends ContactCreatedData {
  @TextList({
    max: 200,
    each: 100,
    example: ['name', 'customFields.city'],
    description: 'The fields that changed.',
  })
  changed!: readonly string[];
}

/** The data of the event `contact.opted_out`. */
export class ContactOptedOutData {
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 40, nullable: true }) phone!: string | null;
  @Text({ ...LIMITS.userId, nullable: true }) userId!: string | null;
  @OneOf(OPT_WAYS) how!: OptWay;
  @Author() by!: string | null;
  @Time() at!: string;
}

/** The data of the event `contact.merged`: the contact is the same person as `into`, which has its data from now on. */
export class ContactMergedData {
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 40 }) into!: string;
  @Time() at!: string;
}

export const CONTACT_CHANGES = ['created', 'updated', 'changed_number', 'opted_out', 'merged'] as const;

/** One entry of a contact's history. */
export class ContactChange {
  @OneOf(CONTACT_CHANGES) type!: (typeof CONTACT_CHANGES)[number];
  @Time() at!: string;
  @Author() by!: string | null;
  @TextList({ max: 200, each: 100, description: 'For an update: the fields that changed.' })
  changed!: readonly string[];
  @OneOf(OPT_WAYS, { nullable: true, description: 'If the opt-in was given or withdrawn: how.' })
  how!: OptWay | null;
  @Nested(() => ContactView, { nullable: true, description: 'The contact as it was then.' })
  contact!: ContactView | null;
  @Text({ max: 40, optional: true, description: "For a changed number: the person's former number." })
  formerPhone?: string;
}
