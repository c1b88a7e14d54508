import type { Component } from '../graph/nodes.js';
import { listParameter, objectParameter } from '../graph/parameter.rules.js';
import { checkBody, MOST_IN_BODY } from './template-body.rules.js';
import { readButtons } from './template-button.rules.js';
import {
  onlyFields,
  partOf,
  readParts,
  type Part,
  type TemplateContext,
} from './template-component.rules.js';
import { checkHeader } from './template-header.rules.js';
import { fault } from './template.faults.js';

const CARDS = { min: 2, max: 10 };
const BUTTONS = 2;

/** Kinds of button that a card may have, by format of its header (Meta's docs, media and product card carousel templates). */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  IMAGE: ['QUICK_REPLY', 'URL', 'PHONE_NUMBER'],
  VIDEO: ['QUICK_REPLY', 'URL', 'PHONE_NUMBER'],
  PRODUCT: ['SPM', 'URL'],
};

/** Checks that a carousel has 2 to 10 cards, all with the same components; returns what Meta stores. */
export function readCarousel(carousel: Part, context: TemplateContext): Component {
  onlyFields(carousel, ['cards']);
  const { cards: given } = carousel.fields;
  if (given === undefined) throw fault.missing('CAROUSEL', 'cards');
  const name = `${carousel.at}['cards']`;
  const list = listParameter(given, name);
  if (list.length < CARDS.min || list.length > CARDS.max)
    throw fault.carousel(`A carousel has ${CARDS.min} to ${CARDS.max} cards, not ${list.length}.`);
  const cards = list.map((card, index) => readCard(card, `${name}[${index}]`, context));
  const [first, ...others] = cards.map(shapeOf);
  if (others.some((shape) => shape !== first))
    throw fault.carousel('All cards of a carousel must have the same components, header format and buttons.');
  return { ...carousel.fields, cards: cards.map((components) => ({ components })) };
}

function readCard(card: unknown, at: string, context: TemplateContext): readonly Component[] {
  const { components } = objectParameter(card, at);
  if (components === undefined) throw fault.missing('CAROUSEL', 'components');
  const parts = readParts(components, `${at}['components']`, ['HEADER', 'BODY', 'BUTTONS']);
  const header = partOf(parts, 'HEADER');
  if (header === undefined) throw fault.missing('CAROUSEL', 'header');
  checkHeader(header, context, Object.keys(KINDS), fault.carousel);
  const body = partOf(parts, 'BODY');
  if (body !== undefined) checkBody(body, context, MOST_IN_BODY.card);
  const kinds = KINDS[String(header.fields['format'])]!;
  return parts.map((part) =>
    part.fields.type === 'BUTTONS'
      ? { ...part.fields, buttons: readButtons(part, context, { most: BUTTONS, kinds }) }
      : part.fields,
  );
}

const shapeOf = (components: readonly Component[]) =>
  components
    .map(({ type, format, buttons }) => {
      const types = ((buttons ?? []) as readonly Component[]).map((button) => button.type);
      return `${type} ${String(format ?? '')} ${types.join()}`;
    })
    .sort()
    .join(';');
