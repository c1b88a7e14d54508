import { object, objects, text } from '@wbiz/contracts/meta/item';
import type { TemplateComponent } from '@wbiz/contracts/template';
import { cardsOf, componentOf, formatOf } from '@wbiz/contracts/template/components';

type Fields = Record<string, unknown>;

/** Hosts of Meta's own sample links, which expire. */
const META_HOST = /(?:^|\.)(?:whatsapp\.net|fbcdn\.net|fbsbx\.com|facebook\.com)$/i;

/** Whether the client gave the sample: one of our media ids or a link, but no handle or link of Meta's. */
const isOwn = (sample: unknown): boolean => {
  const given = text(sample) ?? '';
  return given.startsWith('med_') || (URL.canParse(given) && isElsewhere(new URL(given)));
};
const isElsewhere = ({ protocol, hostname }: URL) => protocol === 'https:' && !META_HOST.test(hostname);

/** The sample of a media header. */
export const sampleOf = (header: Fields): unknown =>
  ([object(header['example'])['header_handle']].flat() as unknown[])[0];

/** Meta's components, but with the client's stored sample in each header that has the same format. */
export function keepSamples(
  listed: readonly TemplateComponent[],
  stored: readonly unknown[],
): TemplateComponent[] {
  return listed.map((component) => kept(component, stored) as TemplateComponent);
}

function kept(component: Fields, stored: readonly unknown[]): Fields {
  if (component['type'] === 'CAROUSEL')
    return {
      ...component,
      cards: objects(component['cards']).map((card, index) => ({
        ...card,
        components: objects(card['components']).map((inner) => kept(inner, cardsOf(stored)[index] ?? [])),
      })),
    };
  const before = component['type'] === 'HEADER' ? componentOf(stored, 'HEADER') : undefined;
  return before &&
    formatOf(before) === formatOf(component) &&
    isOwn(sampleOf(before)) &&
    !isOwn(sampleOf(component))
    ? { ...component, example: before['example'] }
    : component;
}
