import { missingParameter, refuse, type GraphRefusal } from './graph-error.js';
import { objectParameter, textParameter } from './message.rules.js';
import type { State, Template } from './state.js';
import { templateParts } from './template.parts.js';

type Fields = Record<string, unknown>;

const MEDIA = new Set(['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF']);

const UNSENDABLE: Readonly<Record<string, () => GraphRefusal>> = {
  PAUSED: () => refuse(132015),
  DISABLED: () => refuse(132016),
};

/** The template that a send names, if it can be sent and the parameters fit it; otherwise Meta's 132… refusal. */
export function checkTemplateSend(state: State, wabaId: string, content: Fields): Template {
  const name = textParameter(content['name'], "template['name']", 512);
  const language = objectParameter(content['language'], "template['language']");
  const code = textParameter(language['code'], "template['language']['code']", 15);
  const template = state.template({ wabaId, name, language: code });
  if (template === undefined || (template.status !== 'APPROVED' && UNSENDABLE[template.status] === undefined))
    throw refuse(132001, `template name (${name}) does not exist in ${code}`);
  if (template.status !== 'APPROVED') throw UNSENDABLE[template.status]!();
  checkComponents(template, content['components'] ?? []);
  return template;
}

function checkComponents(template: Template, given: unknown) {
  if (!Array.isArray(given)) throw refuse(131009, "template['components'] must be an array.");
  const parts = templateParts(template);
  if (parts.isCarousel) return;
  const byType = new Map<string, Fields[]>();
  given.forEach((item, index) => {
    const component = objectParameter(item, `template['components'][${index}]`);
    const type = component['type'];
    if (typeof type !== 'string') throw missingParameter(`template['components'][${index}]['type']`);
    const kind = type.toLowerCase();
    byType.set(kind, [...(byType.get(kind) ?? []), component]);
  });

  const header = parametersOf(byType.get('header')?.[0]);
  const { headerFormat } = parts;
  if (headerFormat === undefined || headerFormat === 'TEXT')
    checkTexts('header', parts.headerParams, header, template.parameterFormat);
  else if (MEDIA.has(headerFormat) || header.length > 0) checkMediaHeader(headerFormat, header);
  checkTexts('body', parts.bodyParams, parametersOf(byType.get('body')?.[0]), template.parameterFormat);
  checkButtons(parts.buttons, byType.get('button') ?? []);
}

const parametersOf = (component: Fields | undefined): readonly Fields[] => {
  const parameters = component?.['parameters'] ?? [];
  if (!Array.isArray(parameters)) throw refuse(131009, 'parameters must be an array.');
  return parameters.map((parameter, index) => objectParameter(parameter, `parameters[${index}]`));
};

function checkTexts(
  where: string,
  expected: readonly string[],
  given: readonly Fields[],
  format: Template['parameterFormat'],
) {
  if (given.length !== expected.length)
    throw refuse(
      132000,
      `${where}: number of localizable_params (${given.length}) does not match the expected number of params (${expected.length})`,
    );
  for (const parameter of given) checkTextParameter(where, parameter);
  const names = given.map((parameter) => parameter['parameter_name']);
  if (format === 'POSITIONAL') {
    if (names.some((name) => name !== undefined))
      throw refuse(132012, `${where}: parameter_name is not allowed, the template has positional parameters`);
    return;
  }
  const missing = expected.find((name) => !names.includes(name));
  if (missing !== undefined) throw refuse(132012, `${where}: parameter_name ${missing} is missing`);
}

// Legacy kinds that Meta localises itself; only their fallback is looked at.
const FALLBACK_KINDS = new Set(['currency', 'date_time']);

function checkTextParameter(where: string, parameter: Fields) {
  const type = String(parameter['type'] ?? '').toLowerCase();
  if (FALLBACK_KINDS.has(type)) {
    textParameter(
      objectParameter(parameter[type], type)['fallback_value'],
      `${type}['fallback_value']`,
      1024,
    );
    return;
  }
  if (type !== 'text')
    throw refuse(
      132012,
      `${where}: Format mismatch, expected TEXT, received ${type.toUpperCase() || 'UNKNOWN'}`,
    );
  checkText(parameter['text']);
}

function checkText(text: unknown) {
  if (typeof text !== 'string' || text === '')
    throw refuse(100, "Parameter 'text' is mandatory for component parameter type 'text'");
  if (/[\n\t]| {5}/.test(text))
    throw refuse(132018, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces');
}

function checkMediaHeader(format: string, [parameter]: readonly Fields[]) {
  const type = String(parameter?.['type'] ?? 'unknown').toLowerCase();
  if (type.toUpperCase() !== format)
    throw refuse(132012, `header: Format mismatch, expected ${format}, received ${type.toUpperCase()}`);
  const content = objectParameter(parameter?.[type], type);
  if (MEDIA.has(format) && content['id'] === undefined && content['link'] === undefined)
    throw refuse(131008, `header: Parameter of type ${type} requires an id or a link`);
}

const SUB_TYPES: Readonly<Record<string, string>> = { OTP: 'url' };

function checkButtons(buttons: ReturnType<typeof templateParts>['buttons'], given: readonly Fields[]) {
  const byIndex = new Map(given.map((component) => [Number(component['index'] ?? 0), component]));
  for (const [index, component] of byIndex) {
    const button = buttons[index];
    if (button === undefined)
      throw refuse(131009, `buttons: Button at index ${index} does not exist in the template`);
    const received = String(component['sub_type'] ?? '').toLowerCase();
    const expected = SUB_TYPES[button.type] ?? button.type.toLowerCase();
    if (received !== expected)
      throw refuse(
        132012,
        `buttons: Button at index ${index} is of type ${expected}, received ${received || 'none'}`,
      );
  }
  buttons.forEach(({ label, needsParameter }, index) => {
    if (!needsParameter) return;
    const [parameter] = parametersOf(byIndex.get(index));
    const value = parameter?.['text'] ?? parameter?.['coupon_code'];
    if (typeof value !== 'string' || value === '')
      throw refuse(131008, `buttons: Button at index ${index} of type ${label} requires a parameter`);
  });
}
