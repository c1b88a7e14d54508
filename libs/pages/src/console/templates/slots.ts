import type { TemplateView } from '@wbiz/contracts/template';
import { componentOf, variablesIn } from '@wbiz/contracts/template-components';
import { fillTemplate, type FilledButton } from '@wbiz/contracts/template-filling';
import { namedSamples, samplesIn } from '@wbiz/contracts/template-text-rules';

/** A place of a template that a send fills. */
export type Slot = { readonly name: string; readonly label: string; readonly example: string };
export type Slots = { readonly variables: readonly Slot[]; readonly buttonVariables: readonly Slot[] };
type Content = Pick<TemplateView, 'components' | 'category'>;

/** What a template takes, in the order in which a send gives it; a one-time password goes into its button by itself. */
export function slotsOf(template: Content): Slots {
  const { header, body, buttons } = fillTemplate(template, {}).filled;
  const within = (type: string, where: string, names: readonly { readonly name: string }[] = []) => {
    const component = componentOf(template.components, type) ?? {};
    const field = `${type.toLowerCase()}_text`;
    const [listed, named] = [samplesIn(component, field), namedSamples(component, field)];
    return names.map(({ name }, index) => ({
      name,
      label: `{{${name}}}${where}`,
      example: shownSample(named.get(name) ?? listed[index]),
    }));
  };
  const isCode = template.category === 'AUTHENTICATION';
  return {
    variables: [
      ...within('HEADER', ' in the header', header?.variables),
      ...within('BODY', '', body?.variables),
    ],
    buttonVariables: isCode ? [] : buttons.filter(({ takesValue }) => takesValue).map(buttonSlot),
  };
}

function buttonSlot({ type, label, url, source }: FilledButton): Slot {
  const [sample] = [source['example']].flat();
  const example = shownSample(sample);
  const before = url?.split('{{')[0] ?? '';
  return {
    name: variablesIn(url)[0] ?? '1',
    label: type === 'URL' ? `End of the link of “${label}”` : `Code of “${label}”`,
    // Meta keeps the whole link as the example of its end.
    example: before && example.startsWith(before) ? example.slice(before.length) : example,
  };
}

const shownSample = (sample: unknown) =>
  typeof sample === 'string' || typeof sample === 'number' ? String(sample) : '';

/** The values in order; a variable without one stays as it is written. */
export const valuesFor = (slots: readonly Slot[], given: readonly (string | undefined)[]): string[] =>
  slots.map(({ name }, index) => given[index]?.trim() || `{{${name}}}`);
