import { badParameter, missingParameter, templateFault } from '../graph/graph-error.js';
import { objectParameter, type Fields } from '../graph/parameter.rules.js';

type LibraryButton = {
  readonly type: string;
  readonly text: string;
  readonly url?: string;
  readonly phone_number?: string;
};

/** A template as `GET /message_template_library` shows it (Meta's docs, templates/template-library). */
export type LibraryTemplate = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly topic: string;
  readonly usecase: string;
  readonly industry: readonly string[];
  readonly header?: string;
  readonly body: string;
  readonly body_params: readonly string[];
  readonly body_param_types: readonly string[];
  readonly buttons?: readonly LibraryButton[];
};

const utility = { language: 'en_US', category: 'UTILITY' } as const;

/** Library templates with texts of our own, not Meta's. */
export const LIBRARY: readonly LibraryTemplate[] = [
  {
    id: '7100000000000001',
    name: 'delivery_update_1',
    ...utility,
    topic: 'ORDER_MANAGEMENT',
    usecase: 'DELIVERY_UPDATE',
    industry: ['E_COMMERCE'],
    body: 'Hi {{1}}, your order {{2}} is on its way and should reach you soon.',
    body_params: ['Asha', '#1043'],
    body_param_types: ['TEXT', 'TEXT'],
    buttons: [{ type: 'URL', text: 'Track order', url: 'https://www.example.com' }],
  },
  {
    id: '7100000000000002',
    name: 'order_pick_up_1',
    ...utility,
    topic: 'ORDER_MANAGEMENT',
    usecase: 'ORDER_PICK_UP',
    industry: ['E_COMMERCE'],
    header: 'Ready for pick up',
    body: 'Your order {{1}} can be picked up at {{2}} from now on.',
    body_params: ['#1043', '1 Main Street'],
    body_param_types: ['TEXT', 'ADDRESS'],
  },
  {
    id: '7100000000000003',
    name: 'low_balance_warning_1',
    ...utility,
    topic: 'PAYMENTS',
    usecase: 'LOW_BALANCE_WARNING',
    industry: ['FINANCIAL_SERVICES'],
    header: 'Your balance is low',
    body: 'Hi {{1}}, the balance of your account {{2}} is below {{3}} now.',
    body_params: ['Asha', '1234', '₹500'],
    body_param_types: ['TEXT', 'NUMBER', 'AMOUNT'],
    buttons: [
      { type: 'URL', text: 'Make a deposit', url: 'https://www.example.com' },
      { type: 'PHONE_NUMBER', text: 'Call us', phone_number: '+18005551234' },
    ],
  },
  {
    id: '7100000000000004',
    name: 'feedback_survey_1',
    ...utility,
    topic: 'CUSTOMER_FEEDBACK',
    usecase: 'FEEDBACK_SURVEY',
    industry: ['E_COMMERCE'],
    body: 'Hi {{1}}, how was your visit? Your answer helps us to do better.',
    body_params: ['Asha'],
    body_param_types: ['TEXT'],
    buttons: [{ type: 'URL', text: 'Answer', url: 'https://www.example.com' }],
  },
];

const FILTERS = ['topic', 'usecase', 'industry', 'language', 'name'] as const;

export const isLookedFor = (template: LibraryTemplate, params: Fields): boolean => {
  const search = params['search'];
  const text = JSON.stringify([template.name, template.header, template.body]).toLowerCase();
  return (
    (search === undefined || text.includes(String(search).toLowerCase())) &&
    FILTERS.every((key) => params[key] === undefined || [template[key]].flat().includes(String(params[key])))
  );
};

/** Turns the parameters of a creation from the library into those of an ordinary creation, with the client's links and phones. */
export function fromLibrary(params: Fields): Fields {
  const { library_template_name: name, library_template_button_inputs: inputs, language } = params;
  const found = LIBRARY.find((item) => item.name === name && item.language === String(language));
  if (found === undefined)
    throw templateFault(
      undefined,
      'Library template not found',
      `There is no template ${String(name)} in the library for ${String(language)}.`,
    );
  const { header, body, body_params: samples, buttons = [] } = found;
  const given = readInputs(inputs);
  const own = buttons.map((button, index) => {
    const input = given.find(({ type }) => String(type).toUpperCase() === button.type);
    if (input === undefined) throw missingParameter(`library_template_button_inputs[${index}]`);
    if (button.type === 'PHONE_NUMBER') return { ...button, phone_number: input['phone_number'] };
    const { base_url: url, url_suffix_example: example } = objectParameter(
      input['url'],
      `library_template_button_inputs[${index}]['url']`,
    );
    return { ...button, url, ...(example === undefined ? {} : { example: [example] }) };
  });
  return {
    ...params,
    components: [
      ...(header === undefined ? [] : [{ type: 'HEADER', format: 'TEXT', text: header }]),
      { type: 'BODY', text: body, example: { body_text: [samples] } },
      ...(own.length === 0 ? [] : [{ type: 'BUTTONS', buttons: own }]),
    ],
  };
}

/** Reads a list, or the text of one, in which, as in Meta's sample, quotes may be single and keys unquoted. */
function readInputs(value: unknown): readonly Fields[] {
  const list = typeof value === 'string' ? parsed(value) : (value ?? []);
  if (!Array.isArray(list)) throw badParameter('Param library_template_button_inputs must be an array.');
  return list.map((item, index) => objectParameter(item, `library_template_button_inputs[${index}]`));
}

function parsed(text: string): unknown {
  const json = text.replaceAll("'", '"').replace(/([{,]\s*)(\w+)\s*:/g, '$1"$2":');
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
