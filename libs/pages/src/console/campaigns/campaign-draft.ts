import type { TemplateView } from '@wbiz/contracts/template';
import type { Schemas } from '@wbiz/sdk/operations';
import { localTime } from '../../parts/local-time.js';
import { slotsOf, type Slot, type Slots } from '../templates/slots.js';

type Template = Schemas['CampaignTemplate'];

/** The value of a variable: one text for all, or a field of each contact with a fallback. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly field: string; readonly fallback: string };

/** The values of a template or of one card. `medium`: the id of an uploaded file, or a link. */
export type PartValues = {
  readonly variables: readonly Value[];
  readonly buttonVariables: readonly Value[];
  readonly medium: string;
};
export type Place = {
  readonly latitude: string;
  readonly longitude: string;
  readonly name: string;
  readonly address: string;
};

/** A condition of a segment. `value`: as typed; a comma-separated list for `in`. */
export type FilterDraft = {
  readonly key: number;
  readonly field: string;
  readonly operator: Schemas['SegmentFilter']['operator'];
  readonly value: string;
};
export type AudienceDraft = {
  readonly kind: Schemas['Audience']['kind'];
  readonly tags: readonly string[];
  readonly match: 'any' | 'all';
  readonly exclude: readonly string[];
  readonly contacts: readonly string[];
  readonly filters: readonly FilterDraft[];
};

/** A campaign as the form holds it. `local`: wall-clock time in `zone`, as `2026-12-01T10:00`. */
export type CampaignDraft = {
  readonly name: string;
  readonly template: { readonly name: string; readonly language: string } | null;
  readonly values: PartValues;
  readonly cards: readonly PartValues[];
  readonly place: Place;
  readonly offerEnd: string;
  readonly audience: AudienceDraft;
  readonly mode: 'now' | 'at';
  readonly local: string;
  readonly zone: string;
  readonly rate: string;
  readonly from: string;
};

export const NO_VALUES: PartValues = { variables: [], buttonVariables: [], medium: '' };
export const NO_PLACE: Place = { latitude: '', longitude: '', name: '', address: '' };
const TEXT: Value = { kind: 'text', text: '' };
export const UTC = 'UTC';

export const emptyDraft = (zone: string): CampaignDraft => ({
  name: '',
  template: null,
  values: NO_VALUES,
  cards: [],
  place: NO_PLACE,
  offerEnd: '',
  audience: { kind: 'tags', tags: [], match: 'any', exclude: [], contacts: [], filters: [] },
  mode: 'now',
  local: '',
  zone,
  rate: '',
  from: '',
});

let lastKey = 0;
export const newFilter = (): FilterDraft => ({
  key: (lastKey += 1),
  field: 'name',
  operator: 'contains',
  value: '',
});

/** A value as the API spells it: `{{contact.name|friend}}`. */
export const written = (value: Value): string =>
  value.kind === 'text'
    ? value.text
    : `{{contact.${value.field}${value.fallback.trim() && `|${value.fallback.trim()}`}}}`;

const PERSONAL = /^\{\{contact\.([\w.-]+)(?:\|([^{}]*))?\}\}$/;
export function valueOf(text: string): Value {
  const [, field, fallback = ''] = PERSONAL.exec(text) ?? [];
  return field === undefined ? { kind: 'text', text } : { kind: 'field', field, fallback };
}

const PLACEHOLDERS = /\{\{contact\.([\w.-]+)(?:\|([^{}]*))?\}\}/g;
/** A text with a contact's values in place of its placeholders; one without value and fallback stays. */
export function filledFor(text: string, contact: Schemas['ContactView']): string {
  const values: Readonly<Record<string, unknown>> = {
    name: contact.name,
    phone: contact.phone,
    email: contact.email,
    ...Object.fromEntries(
      Object.entries(contact.customFields).map(([key, value]) => [`customFields.${key}`, value]),
    ),
  };
  return text.replace(PLACEHOLDERS, (source, field: string, fallback?: string) =>
    String(values[field] ?? (fallback?.trim() || source)),
  );
}

/** Whether the message differs per contact. */
export const isPersonal = ({ values, cards }: CampaignDraft): boolean =>
  [values, ...cards].some(({ variables, buttonVariables }) =>
    [...variables, ...buttonVariables].some((value) => written(value).search(PLACEHOLDERS) >= 0),
  );

/** The request body for the form. `fields` give the types of the filters' values. */
export function bodyOf(
  draft: CampaignDraft,
  template: TemplateView,
  fields: readonly Schemas['CustomFieldView'][],
): Schemas['CreateCampaign'] {
  const { mode, local, zone, rate, from } = draft;
  return {
    name: draft.name.trim(),
    template: templateOf(draft, template),
    audience: audienceOf(draft.audience, fields),
    schedule:
      mode === 'now'
        ? { mode }
        : zone === UTC
          ? { mode, sendAt: `${withSeconds(local)}Z` }
          : { mode, sendAt: withSeconds(local), timeZone: zone },
    ...(rate && { ratePerSecond: Number(rate) }),
    ...(from && { from }),
  };
}

const withSeconds = (local: string) => (local.length === 16 ? `${local}:00` : local);

function templateOf(draft: CampaignDraft, view: TemplateView): Template {
  const slots = slotsOf(view);
  const { latitude, longitude, name, address } = draft.place;
  return {
    name: view.name,
    language: view.language,
    ...partOf(slots, draft.values, view.parameterFormat === 'NAMED'),
    ...(slots.header === 'LOCATION' && {
      headerLocation: {
        latitude: Number(latitude),
        longitude: Number(longitude),
        ...(name && { name }),
        ...(address && { address }),
      },
    }),
    ...(slots.offerExpires && draft.offerEnd && { offerExpiresAt: new Date(draft.offerEnd).toISOString() }),
    ...(slots.cards.length > 0 && {
      cards: slots.cards.map((card, index) =>
        partOf(card, draft.cards[index] ?? NO_VALUES, view.parameterFormat === 'NAMED'),
      ),
    }),
  };
}

const MEDIA = ['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'];
export const takesMedium = ({ header }: Slots) => header !== null && MEDIA.includes(header);

function partOf(slots: Slots, values: PartValues, named: boolean) {
  const { medium } = values;
  const variables = texts(slots.variables, values.variables);
  return {
    ...(variables.length > 0 && {
      variables: named
        ? Object.fromEntries(slots.variables.map(({ name }, index) => [name, variables[index]!]))
        : variables,
    }),
    ...(slots.buttonVariables.length > 0 && {
      buttonVariables: texts(slots.buttonVariables, values.buttonVariables),
    }),
    ...(takesMedium(slots) &&
      medium &&
      (/^https?:/i.test(medium) ? { headerLink: medium } : { headerMediaId: medium })),
  };
}

const texts = (slots: readonly Slot[], values: readonly Value[]) =>
  slots.map((_, index) => written(values[index] ?? TEXT));

/**
 * The cast is needed since the OpenAPI document marks `match` as required (it has a default), while two kinds must not
 * have it.
 */
function audienceOf(
  { kind, tags, match, exclude, contacts, filters }: AudienceDraft,
  fields: readonly Schemas['CustomFieldView'][],
): Schemas['Audience'] {
  const own = {
    all: {},
    tags: { tags: [...tags], match },
    contacts: { contacts: [...contacts] },
    segment: { filters: filters.map((filter) => filterOf(filter, fields)), match },
  }[kind];
  return { kind, ...own, ...(exclude.length > 0 && { exclude: [...exclude] }) } as Schemas['Audience'];
}

export const takesNoValue = (operator: FilterDraft['operator']) =>
  operator === 'is_set' || operator === 'is_not_set';

function filterOf(
  { field, operator, value }: FilterDraft,
  fields: readonly Schemas['CustomFieldView'][],
): Schemas['SegmentFilter'] {
  if (takesNoValue(operator)) return { field, operator };
  const type = fields.find(({ key }) => field === `customFields.${key}`)?.type;
  const read = (text: string) => {
    const given = text.trim();
    if (type === 'number' && given !== '' && Number.isFinite(Number(given))) return Number(given);
    return type === 'boolean' ? given === 'true' : given;
  };
  return { field, operator, value: operator === 'in' ? value.split(',').map(read) : read(value) };
}

/** Fills the form from a stored campaign. */
export function draftOf(campaign: Schemas['CampaignView'], zone: string): CampaignDraft {
  const { name, template, audience, schedule, ratePerSecond, phoneNumberId } = campaign;
  const { headerLocation: place } = template;
  return {
    ...emptyDraft(zone),
    name,
    template: { name: template.name, language: template.language },
    values: partValues(template),
    cards: (template.cards ?? []).map(partValues),
    place: place
      ? {
          latitude: String(place.latitude),
          longitude: String(place.longitude),
          name: place.name ?? '',
          address: place.address ?? '',
        }
      : NO_PLACE,
    offerEnd: template.offerExpiresAt ? localTime(new Date(template.offerExpiresAt)) : '',
    audience: {
      kind: audience.kind,
      tags: audience.tags ?? [],
      match: audience.match ?? (audience.kind === 'segment' ? 'all' : 'any'),
      exclude: audience.exclude ?? [],
      contacts: audience.contacts ?? [],
      filters: (audience.filters ?? []).map(({ field, operator, value }) => ({
        ...newFilter(),
        field,
        operator,
        value: Array.isArray(value) ? value.join(', ') : String(value ?? ''),
      })),
    },
    ...scheduleOf(schedule, zone),
    rate: ratePerSecond === null ? '' : String(ratePerSecond),
    from: phoneNumberId,
  };
}

type Part = Pick<Template, 'variables' | 'buttonVariables' | 'headerMediaId' | 'headerLink'>;
const partValues = ({ variables, buttonVariables, headerMediaId, headerLink }: Part): PartValues => ({
  variables: Object.values(variables ?? []).map(valueOf),
  buttonVariables: Object.values(buttonVariables ?? []).map(valueOf),
  medium: headerMediaId ?? headerLink ?? '',
});

function scheduleOf({ mode, sendAt = '', timeZone }: Schemas['Schedule'], zone: string) {
  if (mode === 'now') return { mode, local: '', zone };
  const isInstant = /(Z|[+-]\d\d:\d\d)$/.test(sendAt);
  if (isInstant) return { mode, local: new Date(sendAt).toISOString().slice(0, 16), zone: UTC };
  return { mode, local: sendAt.slice(0, 16), zone: timeZone ?? zone };
}
