import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import { lengthOf, listParameter, objectParameter, type Fields } from '../graph/parameter.rules.js';
import { isMediaKind } from '../media/media.rules.js';
import { checkFlowParameters } from './flow-send.rules.js';
import { lengthWithin, mediaParameter, urlParameter, type SendContext } from './message-parameter.rules.js';
import { LIMITS, most, type Limit } from './message.limits.js';

const ACTION = "interactive['action']";
const wrong = (details: string) => refuse(131009, details);

type ActionCheck = (action: Fields, context: SendContext, name: string) => void;

type Rule = {
  /** The kinds of header allowed; absent if the message must have no header. */
  readonly header?: readonly string[];
  /** The limit of the body's length; absent if the message needs no body. */
  readonly body?: Limit;
  readonly action: ActionCheck;
};

function unique(values: readonly unknown[], what: string): void {
  if (new Set(values).size < values.length) throw wrong(`Duplicated ${what}`);
}

function atMost(value: unknown, what: string, limit: Limit): void {
  if (value === undefined) return;
  if (typeof value !== 'string') throw wrong(`${what} must be a string`);
  if (lengthOf(value) > most(limit)) throw wrong(`${what} is too long. Max length is ${most(limit)}`);
}

function required(value: unknown, what: string, name: string, limit: Limit): void {
  if (value === undefined || String(value).trim() === '') throw missingParameter(name);
  atMost(value, what, limit);
}

const replyButtons: ActionCheck = ({ buttons }, _context, name) => {
  const list = listParameter(buttons, `${name}['buttons']`);
  if (list.length < 1 || list.length > most('buttons'))
    throw wrong(`Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: ${most('buttons')}`);
  const replies = list.map((item, index) => {
    const at = `${name}['buttons'][${index}]`;
    const { type, reply } = objectParameter(item, at);
    if (type !== 'reply')
      throw badParameter(`Param ${at}['type'] must be one of {REPLY} - got "${String(type)}".`);
    const { id, title } = objectParameter(reply, `${at}['reply']`);
    lengthWithin(title, { what: 'Button title', name: `${at}['reply']['title']`, limit: 'button.title' });
    lengthWithin(id, { what: 'Button id', name: `${at}['reply']['id']`, limit: 'button.id' });
    return { id, title };
  });
  unique(
    replies.map(({ id }) => id),
    'button id',
  );
  unique(
    replies.map(({ title }) => title),
    'button title',
  );
};

/** Checks a list of sections: how many there are, and that each has a title if there are several. */
function sectionsOf(value: unknown, name: string): readonly Fields[] {
  const sections = listParameter(value, name).map((item, index) =>
    objectParameter(item, `${name}[${index}]`),
  );
  if (sections.length < 1 || sections.length > most('sections'))
    throw wrong(`Invalid sections count. Min allowed sections: 1, Max allowed sections: ${most('sections')}`);
  sections.forEach(({ title }, index) => {
    if (sections.length > 1) required(title, 'Section title', `${name}[${index}]['title']`, 'section.title');
    else atMost(title, 'Section title', 'section.title');
  });
  return sections;
}

const list: ActionCheck = ({ button, sections }, _context, name) => {
  required(button, 'Button label', `${name}['button']`, 'list.button');
  const rows = sectionsOf(sections, `${name}['sections']`).flatMap((section, at) =>
    listParameter(section['rows'], `${name}['sections'][${at}]['rows']`).map((item, index) => {
      const row = `${name}['sections'][${at}]['rows'][${index}]`;
      const { id, title, description } = objectParameter(item, row);
      required(id, 'Row id', `${row}['id']`, 'row.id');
      required(title, 'Row title', `${row}['title']`, 'row.title');
      atMost(description, 'Row description', 'row.description');
      return id;
    }),
  );
  if (rows.length < 1) throw wrong('Total row count is below min allowed count: 1');
  if (rows.length > most('rows')) throw wrong(`Total row count exceed max allowed count: ${most('rows')}`);
  unique(rows, 'row id');
};

/** Checks that the action's name is `action`, and the action's parameters. */
const named =
  (action: string, check: (parameters: Fields, name: string, context: SendContext) => void): ActionCheck =>
  (given, context, name) => {
    if (given['name'] === undefined) throw missingParameter(`${name}['name']`);
    if (given['name'] !== action) throw wrong(`Action name must be ${action}, not ${String(given['name'])}`);
    check((given['parameters'] ?? {}) as Fields, `${name}['parameters']`, context);
  };

const ctaUrl = named('cta_url', (parameters, name) => {
  const { display_text: text, url } = objectParameter(parameters, name);
  lengthWithin(text, { what: 'Display text', name: `${name}['display_text']`, limit: 'display_text' });
  urlParameter(url, `${name}['url']`);
});

const flow = named('flow', checkFlowParameters);

const someText = (value: unknown, name: string) => {
  if (typeof value !== 'string' || value === '') throw missingParameter(name);
};

const product: ActionCheck = (action, _context, name) => {
  for (const key of ['catalog_id', 'product_retailer_id']) someText(action[key], `${name}['${key}']`);
};

const productList: ActionCheck = (action, _context, name) => {
  someText(action['catalog_id'], `${name}['catalog_id']`);
  const items = sectionsOf(action['sections'], `${name}['sections']`).flatMap((section, at) =>
    listParameter(section['product_items'], `${name}['sections'][${at}]['product_items']`),
  );
  if (items.length < 1 || items.length > most('products'))
    throw wrong(`Invalid products count. Min allowed: 1, Max allowed: ${most('products')}`);
};

/** The check of each kind of card. All cards of one carousel have the same kind. */
const CARDS: Readonly<Record<string, ActionCheck>> = { cta_url: ctaUrl, product, button: () => {} };

const carousel: ActionCheck = ({ cards }, context, name) => {
  const given = listParameter(cards, `${name}['cards']`).map((item, index) =>
    objectParameter(item, `${name}['cards'][${index}]`),
  );
  const { min, max } = LIMITS.cards;
  if (given.length < min || given.length > max)
    throw wrong(`Invalid cards count. Min allowed cards: ${min}, Max allowed cards: ${max}`);
  given.forEach((card, index) => {
    const at = `${name}['cards'][${index}]`;
    const type = String(card['type']);
    if (CARDS[type] === undefined) throw wrong(`Card type '${type}' is not supported.`);
    if (type !== given[0]!['type']) throw wrong('All cards must be of the same type');
    if (Number(card['card_index']) !== index) throw wrong(`Card index must be ${index}`);
    if (type !== 'product')
      checkHeader(objectParameter(card['header'], `${at}['header']`), ['image', 'video'], context, at);
    const { text } = (card['body'] ?? {}) as Fields;
    if (text !== undefined)
      lengthWithin(text, { what: 'Card body text', name: `${at}['body']['text']`, limit: 'card.body' });
    CARDS[type](objectParameter(card['action'], `${at}['action']`), context, `${at}['action']`);
  });
};

const ANY_HEADER = ['text', 'image', 'video', 'document'];
const BODY = 'interactive.body';

/** By type of interactive message. Sources: Meta's pages messages/interactive-…-messages, flows, catalogs and calling. */
const RULES: Readonly<Record<string, Rule>> = {
  button: { header: ANY_HEADER, body: BODY, action: replyButtons },
  list: { header: ['text'], body: 'list.body', action: list },
  cta_url: { header: ANY_HEADER, body: BODY, action: ctaUrl },
  location_request_message: { body: BODY, action: named('send_location', () => {}) },
  flow: { header: ANY_HEADER, body: BODY, action: flow },
  product: { action: product },
  product_list: { header: ['text'], body: BODY, action: productList },
  catalog_message: { body: BODY, action: named('catalog_message', () => {}) },
  carousel: { body: BODY, action: carousel },
  address_message: {
    body: BODY,
    action: named('address_message', ({ country }, name) => someText(country, `${name}['country']`)),
  },
  call_permission_request: { body: BODY, action: named('call_permission_request', () => {}) },
  request_contact_info: { body: BODY, action: named('request_contact_info', () => {}) },
  voice_call: {
    body: BODY,
    action: named('voice_call', ({ display_text: text }) => atMost(text, 'Display text', 'display_text')),
  },
};

function checkHeader(header: Fields, kinds: readonly string[], context: SendContext, at: string): void {
  const type = String(header['type']);
  const name = `${at}['header']`;
  if (header['type'] === undefined) throw missingParameter(`${name}['type']`);
  if (!kinds.includes(type)) throw wrong(`Header type '${type}' is not supported, use ${kinds.join(', ')}`);
  if (isMediaKind(type)) mediaParameter(header[type], `${name}['${type}']`, type, context);
  else if (header['text'] === undefined) throw wrong('Text cannot be null for header type text');
  else
    lengthWithin(header['text'], {
      what: 'Header text',
      name: `${name}['text']`,
      limit: 'interactive.header',
    });
}

/** Meta's checks of `interactive`: header, body, footer, and the action of its kind. */
export function checkInteractive(interactive: Fields, context: SendContext): void {
  const { type, header, body, footer, action } = interactive;
  if (typeof type !== 'string') throw missingParameter("interactive['type']");
  const rule = Object.hasOwn(RULES, type) ? RULES[type]! : undefined;
  if (rule === undefined) throw wrong(`Interactive type '${type}' is not supported.`);
  const fields = objectParameter(action, ACTION);
  if (header !== undefined) {
    if (rule.header === undefined) throw wrong(`Interactive type '${type}' does not take a header.`);
    checkHeader(objectParameter(header, "interactive['header']"), rule.header, context, 'interactive');
  } else if (type === 'product_list') throw missingParameter("interactive['header']");
  if (rule.body !== undefined || body !== undefined) {
    const { text } = objectParameter(body, "interactive['body']");
    lengthWithin(text, { what: 'Body text', name: "interactive['body']['text']", limit: rule.body ?? BODY });
  }
  if (footer !== undefined) {
    const { text } = objectParameter(footer, "interactive['footer']");
    lengthWithin(text, {
      what: 'Footer text',
      name: "interactive['footer']['text']",
      limit: 'interactive.footer',
      min: 0,
    });
  }
  rule.action(fields, context, ACTION);
}
