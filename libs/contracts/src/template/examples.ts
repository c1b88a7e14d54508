import { isPlainObject } from '../schema/json-values.js';
import { buttonsOf, cardsOf, componentOf, formatOf, variablesIn, word } from './components.js';
import { isSample, namedSamples, samplesIn } from './text-rules.js';
import type { TemplateComponent } from '../template.js';

type Fields = Record<string, unknown>;

/**
 * A change's components with missing examples filled in from the stored component of the same type, if it has as many
 * variables or the same kind of medium.
 */
export const withExamplesOf = (
  stored: readonly unknown[],
  components: readonly TemplateComponent[],
): TemplateComponent[] => each(components, (component) => filled(stored, component)) as TemplateComponent[];

/** Leaves anything but objects alone: the rules report it. */
const each = (list: unknown, change: (item: Fields, index: number) => Fields): unknown =>
  Array.isArray(list)
    ? list.map((item: unknown, index) => (isPlainObject(item) ? change(item, index) : item))
    : list;

function filled(stored: unknown, component: Fields): Fields {
  const type = word(component['type']) ?? '';
  const before = componentOf(stored, type);
  return before ? (FILL[type]?.(component, before, stored) ?? component) : component;
}

const FILL: Readonly<Record<string, (component: Fields, before: Fields, stored: unknown) => Fields>> = {
  HEADER: (component, before) =>
    formatOf(component) === 'TEXT'
      ? withTextExample(component, before, 'header_text')
      : withSample(component, before),
  BODY: (component, before) => withTextExample(component, before, 'body_text'),
  BUTTONS: (component, _, stored) => ({
    ...component,
    buttons: each(component['buttons'], (button, index) =>
      withButtonExample(button, buttonsOf(stored)[index] ?? {}),
    ),
  }),
  CAROUSEL: (component, _, stored) => ({
    ...component,
    cards: each(component['cards'], (card, index) => ({
      ...card,
      components: each(card['components'], (inner) => filled(cardsOf(stored)[index], inner)),
    })),
  }),
};

function withTextExample(component: Fields, before: Fields, field: 'header_text' | 'body_text'): Fields {
  const names = variablesIn(component['text']);
  const known = variablesIn(before['text']);
  if (component['example'] !== undefined || names.length === 0 || names.length !== known.length)
    return component;
  const listed = samplesIn(before, field);
  const byName = namedSamples(before, field);
  // A renamed variable keeps its place, and so its example.
  const examples = names.map((name, index) => byName.get(name) ?? byName.get(known[index]) ?? listed[index]);
  if (!examples.every(isSample)) return component;
  const example = /^\d/.test(names[0]!)
    ? { [field]: field === 'body_text' ? [examples] : examples }
    : {
        [`${field}_named_params`]: names.map((name, index) => ({
          param_name: name,
          example: examples[index],
        })),
      };
  return { ...component, example };
}

function withSample(component: Fields, before: Fields): Fields {
  const [sample] = samplesIn(before, 'header_handle');
  return component['example'] === undefined && formatOf(component) === formatOf(before) && isSample(sample)
    ? { ...component, example: { header_handle: [sample] } }
    : component;
}

function withButtonExample(button: Fields, before: Fields): Fields {
  const variables = ({ url }: Fields) => variablesIn(url).length;
  const takes = word(button['type']) === 'COPY_CODE' || variables(button) > 0;
  const isSame = word(button['type']) === word(before['type']) && variables(button) === variables(before);
  return takes && isSame && button['example'] === undefined && before['example'] !== undefined
    ? { ...button, example: before['example'] }
    : button;
}
