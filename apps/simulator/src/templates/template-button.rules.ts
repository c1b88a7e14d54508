import { badParameter, invalidPhoneNumber, notOneOf } from '../graph/graph-error.js';
import { lengthOf, type Fields } from '../graph/parameter.rules.js';
import { onlyFields, readTyped, type Part, type TemplateContext } from './template-component.rules.js';
import { hasVariables, isStyled, variablesOf } from './template-text.rules.js';
import { fault } from './template.faults.js';

const MOST_BUTTONS = 10;
const MOST_IN_LABEL = 25;
const MOST_IN_URL = 2000;
const MOST_IN_PHONE = 20;
// Meta's limit since December 2025; until then 15 (templates/marketing-templates/coupon-templates).
const MOST_IN_CODE = 20;

/** Checks a button. Returns what Meta stores of the button, or undefined if Meta stores it as given. */
type Read = (button: Part, context: TemplateContext) => Fields | void;

type ButtonRule = {
  /** How many buttons of this kind a template may have. */
  readonly most: number;
  /** The label that Meta writes; null if the button has none; absent if the client must give one. */
  readonly label?: string | null;
  readonly fields: readonly string[];
  readonly read?: Read;
};

export function checkLabel(label: unknown, field = 'text'): void {
  if (typeof label !== 'string' || label.trim() === '') throw fault.missing('BUTTONS', field);
  if (lengthOf(label) > MOST_IN_LABEL) throw fault.tooLong('button text', MOST_IN_LABEL);
  if (hasVariables(label) || isStyled(label))
    throw fault.button("Buttons can't have any variables, newlines, emojis or formatting characters.");
}

const sampleOf = (example: unknown): unknown =>
  Array.isArray(example) ? (example as unknown[])[0] : example;
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const WHATSAPP = /^(?:.+\.)?(?:wa\.me|whatsapp\.com)$/i;

const readUrl: Read = ({ at, fields }, { format }) => {
  const { url, example } = fields;
  if (!isText(url)) throw fault.missing('BUTTONS', 'url');
  if (url.length > MOST_IN_URL) throw fault.tooLong('button URL', MOST_IN_URL);
  // A URL may have {{1}} even if the template's variables are named.
  const isNamed = format === 'NAMED' && !/\{\{\s*\d/.test(url);
  const variables = variablesOf(url, isNamed ? 'NAMED' : 'POSITIONAL', fault.button);
  if (variables.length > 1 || (variables.length === 1 && !/^[^{]*\{\{[^{}]*\}\}$/.test(url)))
    throw fault.button('A button URL can have only one variable, at its end.');
  const filled = url.replace(/\{\{.*$/, '1');
  if (!/^https?:\/\//i.test(filled) || !URL.canParse(filled))
    throw badParameter(`Param ${at}['url'] is not a valid URI.`);
  // Captured from Meta: if the sample is missing and the link is to WhatsApp, Meta refuses the missing sample.
  if (variables.length === 1 && !isText(sampleOf(example))) throw fault.missing('BUTTONS', 'example');
  if (WHATSAPP.test(new URL(filled).hostname)) throw fault.whatsAppLink();
  return variables.length === 0 ? fields : { ...fields, example: [sampleOf(example)] };
};

const readPhone: Read = ({ at, fields: { phone_number: phone } }) => {
  if (!isText(phone)) throw fault.missing('BUTTONS', 'phone_number');
  if (lengthOf(phone) > MOST_IN_PHONE) throw fault.tooLong('phone number', MOST_IN_PHONE);
  const digits = phone.replace(/\D/g, '');
  if (!/^\+?[\d\s().-]+$/.test(phone) || digits.length < 7 || digits.length > 15)
    throw invalidPhoneNumber(`${at}['phone_number']`);
};

const readCode: Read = ({ fields }) => {
  const code = sampleOf(fields['example']);
  if (!isText(code)) throw fault.missing('BUTTONS', 'example');
  if (lengthOf(code) > MOST_IN_CODE) throw fault.tooLong('offer code', MOST_IN_CODE);
  return { ...fields, example: [code] };
};

const FLOW_ACTIONS = ['NAVIGATE', 'DATA_EXCHANGE'];

/** Meta stores the flow's id as a number (captured from Meta), even if the button gave the flow's name. */
const readFlow: Read = ({ at, fields }, { flow }) => {
  const { flow_id: id, flow_name: name, flow_json: json, flow_action: action = 'NAVIGATE', ...rest } = fields;
  const given = [id, name, json].filter((value) => value !== undefined);
  if (given.length === 0) throw fault.missing('BUTTONS', 'flow_id');
  if (given.length > 1) throw fault.button('Exactly one of flow_id, flow_name and flow_json is required.');
  if (typeof action !== 'string' || !FLOW_ACTIONS.includes(action))
    throw notOneOf(`${at}['flow_action']`, FLOW_ACTIONS, action);
  if (json !== undefined) return { ...rest, flow_json: json, flow_action: action };
  const found = flow(id === undefined ? { name: String(name) } : { id: String(id) });
  if (found === undefined)
    throw fault.button(`There is no flow ${String(id ?? name)} in this WhatsApp Business account.`);
  if (found.status === 'DEPRECATED' || (found.status === 'DRAFT' && found.hasBeenPublished !== true))
    throw fault.button(`The flow ${found.name} is not published.`);
  return { ...rest, flow_id: Number(found.id), flow_action: action };
};

/** By kind of button. Sources: Meta's pages templates/components and that of each kind. */
const BUTTONS: Readonly<Record<string, ButtonRule>> = {
  QUICK_REPLY: { most: 10, fields: [] },
  URL: { most: 2, fields: ['url', 'example', 'app_deep_link'], read: readUrl },
  PHONE_NUMBER: { most: 1, fields: ['phone_number'], read: readPhone },
  COPY_CODE: { most: 1, label: 'Copy offer code', fields: ['example'], read: readCode },
  FLOW: {
    most: 1,
    fields: ['flow_id', 'flow_name', 'flow_json', 'flow_action', 'navigate_screen', 'icon'],
    read: readFlow,
  },
  VOICE_CALL: { most: 1, fields: ['ttl_minutes'] },
  CATALOG: { most: 1, label: 'View catalog', fields: [] },
  MPM: { most: 1, label: 'View items', fields: [] },
  SPM: { most: 1, label: 'View', fields: [] },
  CALL_PERMISSION_REQUEST: { most: 1, label: null, fields: [] },
  REQUEST_CONTACT_INFO: { most: 1, label: null, fields: [] },
};

const isQuick = ({ fields }: Part) => fields.type === 'QUICK_REPLY';

/** Checks `buttons` and returns what Meta stores. */
export function readButtons(
  part: Part,
  context: TemplateContext,
  { most = MOST_BUTTONS, kinds = Object.keys(BUTTONS) }: { most?: number; kinds?: readonly string[] } = {},
): readonly Fields[] {
  onlyFields(part, ['buttons']);
  const { buttons: given } = part.fields;
  if (given === undefined || (Array.isArray(given) && given.length === 0))
    throw fault.missing('BUTTONS', 'buttons');
  const buttons = readTyped(given, `${part.at}['buttons']`, [...Object.keys(BUTTONS), 'OTP']);
  const types = buttons.map(({ fields }) => fields.type);
  const stranger = types.find((type) => !kinds.includes(type));
  if (stranger !== undefined) throw fault.button(`Buttons of type ${stranger} can't be used here.`);
  if (buttons.length > most) throw fault.button(`There can be at most ${most} buttons.`);
  for (const type of new Set(types))
    if (types.filter((other) => other === type).length > BUTTONS[type]!.most)
      throw fault.button(`There can be at most ${BUTTONS[type]!.most} button(s) of type ${type}.`);
  const groups = buttons.filter((button, at) => at === 0 || isQuick(button) !== isQuick(buttons[at - 1]!));
  if (groups.length > 2)
    throw fault.button('Quick reply buttons and other buttons must form two groups, not be mixed.');
  return buttons.map((button) => {
    const { fields, label, read } = BUTTONS[button.fields.type]!;
    onlyFields(button, ['text', ...fields], 'BUTTONS');
    if (label === undefined) checkLabel(button.fields['text']);
    const { type, ...rest } = read?.(button, context) ?? button.fields;
    return { type, ...(typeof label === 'string' ? { text: label } : {}), ...rest };
  });
}

export const placeOf = (buttons: readonly Fields[], type: string) =>
  buttons.findIndex((button) => button['type'] === type);
