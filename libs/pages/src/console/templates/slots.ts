import type { TemplateView } from '@wbiz/contracts/template';
import { cardsOf, componentOf, variablesIn } from '@wbiz/contracts/template/components';
import { fillTemplate, type FilledButton, type FilledTemplate } from '@wbiz/contracts/template/filling';
import { namedSamples, samplesIn } from '@wbiz/contracts/template/text-rules';

/** A variable for which a send gives a value. */
export type Slot = { readonly name: string; readonly label: string; readonly example: string };
/** What a template or carousel card takes; `header`: its format, null for a text or no header. */
export type Slots = {
  readonly header: string | null;
  readonly variables: readonly Slot[];
  readonly buttonVariables: readonly Slot[];
};
export type TemplateSlots = Slots & { readonly offerExpires: boolean; readonly cards: readonly Slots[] };

/** What a template takes, in the order of a send. A one-time password's button is filled by Meta. */
export function slotsOf({
  components,
  category,
}: Pick<TemplateView, 'components' | 'category'>): TemplateSlots {
  const { filled } = fillTemplate({ components, category }, {});
  const { buttonVariables, ...own } = partSlots(components, filled);
  const cards = cardsOf(components);
  return {
    ...own,
    buttonVariables: category === 'AUTHENTICATION' ? [] : buttonVariables,
    offerExpires: filled.offer?.expires ?? false,
    cards: filled.cards.map((card, index) => partSlots(cards[index], card)),
  };
}

function partSlots(components: unknown, { header, body, buttons }: FilledTemplate): Slots {
  const within = (
    type: 'HEADER' | 'BODY',
    where: string,
    names: readonly { readonly name: string }[] = [],
  ) => {
    const component = componentOf(components, type) ?? {};
    const field = type === 'HEADER' ? 'header_text' : 'body_text';
    const [listed, named] = [samplesIn(component, field), namedSamples(component, field)];
    return names.map(({ name }, index) => ({
      name,
      label: `{{${name}}}${where}`,
      example: shownSample(named.get(name) ?? listed[index]),
    }));
  };
  return {
    header: header && header.format !== 'TEXT' ? header.format : null,
    variables: [
      ...within('HEADER', ' in the header', header?.variables),
      ...within('BODY', '', body?.variables),
    ],
    buttonVariables: buttons.filter(({ takesValue }) => takesValue).map(buttonSlot),
  };
}

function buttonSlot({ type, label, url, source }: FilledButton): Slot {
  const [sample] = [source['example']].flat();
  const example = shownSample(sample);
  const before = url?.split('{{')[0] ?? '';
  return {
    name: variablesIn(url)[0] ?? '1',
    label: type === 'URL' ? `End of the link of “${label}”` : `Code of “${label}”`,
    // Meta stores the whole link as the example of its variable end.
    example: before && example.startsWith(before) ? example.slice(before.length) : example,
  };
}

const shownSample = (sample: unknown) =>
  typeof sample === 'string' || typeof sample === 'number' ? String(sample) : '';

/** The values in the order of the slots; an empty one becomes the variable as written. */
export const valuesFor = (slots: readonly Slot[], given: readonly (string | undefined)[]): string[] =>
  slots.map(({ name }, index) => given[index]?.trim() || `{{${name}}}`);
