import type { Slots, TemplateSlots } from '../templates/slots.js';
import {
  NO_VALUES,
  takesMedium,
  takesNoValue,
  type CampaignDraft,
  type PartValues,
} from './campaign-draft.js';

type Missing = readonly [place: string, words: string];
const EMPTY = 'Must not be empty.';
const isBlank = (text: string) => text.trim() === '';

/** What is missing or wrong in the form, found before the API is called, each with its place in the request. */
export function faultsOfDraft(draft: CampaignDraft, slots: TemplateSlots | undefined): Missing[] {
  const { name, template, values, cards, place, offerEnd, audience, mode, local, rate } = draft;
  const { kind, tags, contacts, filters } = audience;
  const wrong: [boolean, string, string][] = [
    [isBlank(name), 'name', EMPTY],
    [template === null, 'template/name', 'Choose a template.'],
    [
      slots?.header === 'LOCATION' && !isWithin(place.latitude, 90),
      'template/headerLocation/latitude',
      'Must be from -90 to 90.',
    ],
    [
      slots?.header === 'LOCATION' && !isWithin(place.longitude, 180),
      'template/headerLocation/longitude',
      'Must be from -180 to 180.',
    ],
    [slots?.offerExpires === true && offerEnd === '', 'template/offerExpiresAt', 'Choose a day and a time.'],
    [kind === 'tags' && tags.length === 0, 'audience/tags', 'Choose a tag.'],
    [kind === 'contacts' && contacts.length === 0, 'audience/contacts', 'Choose a contact.'],
    [kind === 'segment' && filters.length === 0, 'audience/filters', 'Add a condition.'],
    ...filters.map(({ operator, value }, index): [boolean, string, string] => [
      kind === 'segment' && !takesNoValue(operator) && isBlank(value),
      `audience/filters/${index}/value`,
      EMPTY,
    ]),
    [mode === 'at' && local === '', 'schedule/sendAt', 'Choose a day and a time.'],
    [!/^([1-9]\d{0,4}|100000)?$/.test(rate), 'ratePerSecond', 'Must be a whole number from 1 to 100,000.'],
  ];
  return [
    ...wrong.filter(([is]) => is).map(([, at, words]): Missing => [at, words]),
    ...(slots ? faultsOfPart(slots, values, 'template') : []),
    ...(slots?.cards ?? []).flatMap((card, index) =>
      faultsOfPart(card, cards[index] ?? NO_VALUES, `template/cards/${index}`),
    ),
  ];
}

const isWithin = (text: string, most: number) => !isBlank(text) && Math.abs(Number(text)) <= most;

function faultsOfPart(slots: Slots, values: PartValues, at: string): Missing[] {
  const texts = (of: 'variables' | 'buttonVariables') =>
    slots[of].flatMap((_, index): Missing[] => {
      const value = values[of][index];
      return value && (value.kind === 'field' || !isBlank(value.text))
        ? []
        : [[`${at}/${of}/${index}`, EMPTY]];
    });
  return [
    ...(takesMedium(slots) && values.medium === ''
      ? [[`${at}/headerMediaId`, 'Upload a file, or give a link.'] as const]
      : []),
    ...texts('variables'),
    ...texts('buttonVariables'),
  ];
}
