import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';

type Field = Pick<Schemas['CustomFieldView'], 'key' | 'label' | 'type' | 'options'>;
/** The meaning of a column; `field:` plus the key of a custom field. */
export type Meaning = 'ignore' | 'phone' | 'name' | 'email' | 'tags' | 'optedIn' | `field:${string}`;
export type Row = Schemas['CreateContact'];
export type Fault = { readonly column: number | undefined; readonly detail: string };

const GUESSES: readonly (readonly [Meaning, RegExp])[] = [
  ['phone', /^(whatsapp|wa)?(phone|mobile|cell|tel|telephone|msisdn|waid|whatsapp|contact)?(number|no|nr)?$/],
  ['name', /^(full|contact|customer|display|first)?name$/],
  ['email', /^e?mail(address)?$/],
  ['tags', /^(tags?|labels?|groups?|segments?)$/],
  ['optedIn', /^(opt(ed)?in|consent|subscribed|optinstatus)$/],
];
const bare = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]/g, '');

/** Guesses each column's meaning from its heading; each meaning at most once. */
export function guessed(heads: readonly string[], fields: readonly Field[]): Meaning[] {
  const taken = new Set<Meaning>();
  return heads.map((head) => {
    const name = bare(head);
    const field = fields.find(({ key, label }) => bare(key) === name || bare(label) === name);
    const meaning: Meaning =
      (name !== '' && GUESSES.find(([meaning, form]) => form.test(name) && !taken.has(meaning))?.[0]) ||
      (field && !taken.has(`field:${field.key}`) ? `field:${field.key}` : 'ignore');
    if (meaning !== 'ignore') taken.add(meaning);
    return meaning;
  });
}

const WORDS: readonly (readonly [boolean, RegExp])[] = [
  [true, /^(true|yes|y|1|x|opted[ _-]?in|subscribed)$/i],
  [false, /^(false|no|n|0|opted[ _-]?out|unsubscribed)$/i],
];
const truthOf = (text: string) => WORDS.find(([, form]) => form.test(text))?.[0];

/** Tags share one cell, separated by `;`, `|` or `,`. */
const tagsIn = (cell: string) => [...new Set(cell.split(/[;|,]/).map((tag) => tag.trim()))].filter(Boolean);

/** Per type of field: parses a cell (undefined: invalid), and the words for what is expected. */
const VALUES: {
  readonly [Type in Field['type']]: readonly [
    (cell: string, field: Field) => string | number | boolean | undefined,
    string,
  ];
} = {
  text: [
    (cell) => ([...cell].length <= LIMITS.customFieldText.max ? cell : undefined),
    `at most ${LIMITS.customFieldText.max} characters`,
  ],
  number: [(cell) => (Number.isFinite(Number(cell)) ? Number(cell) : undefined), 'a number'],
  date: [
    (cell) => (/^\d{4}-\d\d-\d\d(T.*)?$/.test(cell) && !Number.isNaN(Date.parse(cell)) ? cell : undefined),
    'a date such as 2026-11-29',
  ],
  boolean: [truthOf, 'true or false'],
  select: [(cell, { options }) => (options?.includes(cell) ? cell : undefined), 'one of the options'],
};

/** Maps the cells of a line to a contact; `faults`: what the API would refuse. */
export function contactOf(
  cells: readonly string[],
  meanings: readonly Meaning[],
  fields: readonly Field[],
): { readonly row: Row; readonly faults: readonly Fault[] } {
  const row: Row = {};
  const faults: Fault[] = [];
  const customFields: Record<string, string | number | boolean> = {};
  for (const [column, meaning] of meanings.entries()) {
    const cell = cells[column]?.trim() ?? '';
    const fault = (detail: string) => void faults.push({ column, detail });
    if (cell === '' || meaning === 'ignore') continue;
    if (meaning === 'phone') {
      row.phone = cell;
      const digits = cell.replace(/\D/g, '').length;
      if (digits < 7 || digits > 15 || /[^\d\s().+/-]/.test(cell))
        fault('is no phone number with its country code');
    } else if (meaning === 'name') {
      row.name = cell;
      if ([...cell].length > LIMITS.contactName.max)
        fault(`has more than ${LIMITS.contactName.max} characters`);
    } else if (meaning === 'email') {
      row.email = cell;
      if (!/^[^\s@]+@[^\s@]+$/.test(cell)) fault('is no e-mail address');
    } else if (meaning === 'tags') {
      row.tags = tagsIn(cell);
      if (row.tags.length > LIMITS.contactTags.max) fault(`has more than ${LIMITS.contactTags.max} tags`);
      if (row.tags.some((tag) => [...tag].length > LIMITS.tagName.max))
        fault(`has a tag of more than ${LIMITS.tagName.max} characters`);
    } else if (meaning === 'optedIn') {
      const truth = truthOf(cell);
      if (truth === undefined) fault('is neither yes nor no');
      else row.optedIn = truth;
    } else {
      const field = fields.find(({ key }) => `field:${key}` === meaning)!;
      const [valueOf, what] = VALUES[field.type];
      const value = valueOf(cell, field);
      if (value === undefined) fault(`must be ${what}`);
      else customFields[field.key] = value;
    }
  }
  if (Object.keys(customFields).length > 0) row.customFields = customFields;
  if (row.phone === undefined) faults.unshift({ column: undefined, detail: 'has no phone number' });
  return { row, faults };
}
