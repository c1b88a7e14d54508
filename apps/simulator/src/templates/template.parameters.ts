import type { Component, Template } from '../graph/nodes.js';

export type TemplateButton = {
  readonly type: string;
  /** The button's name in Meta's refusals: `Url`, `CopyCode`. */
  readonly label: string;
  readonly needsParameter: boolean;
  readonly flowId?: string;
};

/** The parameters that a send of a template, or of one of its cards, must have. */
export type ExpectedParameters = {
  readonly headerFormat: string | undefined;
  readonly headerParams: readonly string[];
  readonly bodyParams: readonly string[];
  readonly buttons: readonly TemplateButton[];
  /** True if the send must say when the offer ends. */
  readonly hasExpiration: boolean;
  readonly cards: readonly ExpectedParameters[];
};

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/** The names or numbers of a text's variables, each once, in order of appearance. */
const variablesIn = (text: unknown): readonly string[] =>
  typeof text === 'string' ? [...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name!))] : [];

export const componentOf = (components: readonly Component[], type: string) =>
  components.find((component) => String(component.type).toUpperCase() === type);

export const buttonsOf = (components: readonly Component[]) =>
  (componentOf(components, 'BUTTONS')?.['buttons'] ?? []) as readonly Record<string, unknown>[];

const known = new WeakMap<readonly Component[], ExpectedParameters>();

export function expectedParameters({ components }: Pick<Template, 'components'>): ExpectedParameters {
  let parts = known.get(components);
  if (parts === undefined) known.set(components, (parts = partsOf(components)));
  return parts;
}

const NEED_A_PARAMETER = new Set(['COPY_CODE', 'MPM']);

function partsOf(components: readonly Component[]): ExpectedParameters {
  const header = componentOf(components, 'HEADER');
  const format = header === undefined ? undefined : String(header['format'] ?? 'TEXT').toUpperCase();
  const offer = componentOf(components, 'LIMITED_TIME_OFFER')?.['limited_time_offer'];
  const cards = (componentOf(components, 'CAROUSEL')?.['cards'] ?? []) as readonly {
    readonly components?: readonly Component[];
  }[];
  return {
    headerFormat: format,
    headerParams: format === 'TEXT' ? variablesIn(header?.['text']) : [],
    bodyParams: variablesIn(componentOf(components, 'BODY')?.['text']),
    buttons: buttonsOf(components).map(({ type, url, flow_id: flowId }) => {
      const kind = String(type).toUpperCase();
      return {
        type: kind,
        label: kind.replace(/(?<=[A-Z])[A-Z]*_?/g, (rest) => rest.toLowerCase().replace('_', '')),
        needsParameter: NEED_A_PARAMETER.has(kind) || (kind === 'URL' && variablesIn(url).length > 0),
        ...(flowId === undefined ? {} : { flowId: String(flowId) }),
      };
    }),
    hasExpiration: (offer as { has_expiration?: unknown } | undefined)?.has_expiration === true,
    cards: cards.map((card) => partsOf(card.components ?? [])),
  };
}
