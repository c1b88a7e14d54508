import type { SendKind, SendMessageData } from '@wbiz/contracts/message';
import type { TemplateView } from '@wbiz/contracts/template';
import { Rejection } from '@wbiz/eventing/rejection';

/** A body for `POST /{phone-number-id}/messages`, without recipient and callback data. */
export type GraphBody = { readonly type: string } & Readonly<Record<string, unknown>>;
type Composed = {
  readonly content: GraphBody;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
};
/** The template as it was looked up; `unavailable`: our copy lacks it and its owner could not be asked. */
export type Template = TemplateView | null | 'unavailable';
type Of<Kind extends SendKind> = Extract<SendMessageData, { kind: Kind }>['request'];

/** Per kind of send: what Meta is told, and what the inbox shows of it. */
const KINDS: { readonly [Kind in SendKind]: (request: Of<Kind>, template: Template) => Composed } = {
  text: ({ body, previewUrl }) => ({
    content: {
      type: 'text',
      text: { body, ...(previewUrl === undefined ? {} : { preview_url: previewUrl }) },
    },
    body,
    payload: null,
  }),
  template: (request, template) => composeTemplate(request, template),
};

/** Turns a request into Meta's body. Throws a Rejection where the template does not allow it. */
export function compose(data: Pick<SendMessageData, 'kind' | 'request'>, template: Template): Composed {
  const kind = KINDS[data.kind] as (request: typeof data.request, template: Template) => Composed;
  return kind(data.request, template);
}

type Values = string[] | Record<string, string> | undefined;

function composeTemplate(request: Of<'template'>, template: Template): Composed {
  if (template === 'unavailable')
    throw new Rejection('unavailable', 'Templates cannot be looked up right now.');
  if (!template)
    throw new Rejection(
      'template_not_found',
      `There is no template ${request.template} in ${request.language}.`,
    );
  if (template.status !== 'approved')
    throw new Rejection(
      'template_not_approved',
      `The template ${template.name} (${template.language}) is ${template.status}; only an approved one can be sent.`,
    );
  const component = (type: string) => template.components.find((part) => part.type.toUpperCase() === type);
  const header = component('HEADER');
  const headerFormat = header?.format?.toUpperCase() ?? 'TEXT';
  const headerNames = headerFormat === 'TEXT' ? placeholders(header?.text) : [];
  const bodyNames = placeholders(component('BODY')?.text);

  const values = assign(request.variables, [...headerNames, ...bodyNames], 'variables');
  const named = template.parameterFormat === 'NAMED';
  const texts = (names: readonly string[], from: number) =>
    names.map((name, index) => ({
      type: 'text',
      ...(named ? { parameter_name: name } : {}),
      text: values[from + index]!,
    }));

  const components: unknown[] = [];
  if (headerNames.length > 0) components.push({ type: 'header', parameters: texts(headerNames, 0) });
  if (header && MEDIA_HEADERS.has(headerFormat))
    components.push({ type: 'header', parameters: [mediaParameter(request, headerFormat)] });
  if (bodyNames.length > 0)
    components.push({ type: 'body', parameters: texts(bodyNames, headerNames.length) });

  const buttons = (component('BUTTONS')?.buttons ?? [])
    .map((button, index) => ({ button, index }))
    .filter(({ button }) => BUTTON_PARAMETERS[button.type.toUpperCase()]?.wanted(button));
  const buttonValues = assign(
    request.buttonVariables,
    buttons.map((_, index) => String(index + 1)),
    'buttonVariables',
  );
  buttons.forEach(({ button, index }, nth) => {
    const { subType, parameter } = BUTTON_PARAMETERS[button.type.toUpperCase()]!;
    components.push({
      type: 'button',
      sub_type: subType,
      index: String(index),
      parameters: [parameter(buttonValues[nth]!)],
    });
  });

  return {
    content: {
      type: 'template',
      template: {
        name: template.name,
        language: { code: template.language },
        ...(components.length > 0 ? { components } : {}),
      },
    },
    body: filled(component('BODY')?.text, bodyNames, values.slice(headerNames.length)),
    payload: {
      template: template.name,
      language: template.language,
      ...(request.variables ? { variables: request.variables } : {}),
    },
  };
}

const MEDIA_HEADERS = new Set(['IMAGE', 'VIDEO', 'DOCUMENT']);

/** The buttons that take a value when sent; Meta's names of them in a send. */
const BUTTON_PARAMETERS: Readonly<
  Record<
    string,
    { subType: string; wanted: (button: { url?: string }) => boolean; parameter: (value: string) => unknown }
  >
> = {
  URL: {
    subType: 'url',
    wanted: ({ url }) => url?.includes('{{') ?? false,
    parameter: (text) => ({ type: 'text', text }),
  },
  COPY_CODE: {
    subType: 'copy_code',
    wanted: () => true,
    parameter: (code) => ({ type: 'coupon_code', coupon_code: code }),
  },
  OTP: { subType: 'url', wanted: () => true, parameter: (text) => ({ type: 'text', text }) },
};

/** The placeholders of a text in order of their first use: `1`, `2` … or names. */
function placeholders(text: string | undefined): string[] {
  const found = [...(text ?? '').matchAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g)].map(([, name]) => name!);
  const unique = [...new Set(found)];
  return unique.every((name) => /^\d+$/.test(name)) ? unique.sort((a, b) => Number(a) - Number(b)) : unique;
}

/** The values for the wanted names, in order; a Rejection when a number or a name does not fit. */
function assign(given: Values, wanted: readonly string[], field: string): string[] {
  const mismatch = (detail: string) => refused('template_variables_mismatch', detail, `/${field}`);
  if (given === undefined || Array.isArray(given)) {
    const count = given?.length ?? 0;
    if (count !== wanted.length)
      throw mismatch(
        `The template takes ${wanted.length} ${field}, ${count} ${count === 1 ? 'was' : 'were'} given.`,
      );
    return given ?? [];
  }
  const missing = wanted.filter((name) => !Object.hasOwn(given, name));
  const unknown = Object.keys(given).filter((name) => !wanted.includes(name));
  if (missing.length > 0) throw mismatch(`The template also takes ${missing.join(', ')} in ${field}.`);
  if (unknown.length > 0) throw mismatch(`The template takes no ${unknown.join(', ')} in ${field}.`);
  return wanted.map((name) => given[name]!);
}

function mediaParameter(request: Of<'template'>, format: string) {
  const { headerMediaId, headerLink } = request;
  if ((headerMediaId === undefined) === (headerLink === undefined))
    throw refused(
      'template_variables_mismatch',
      `The template has a header of type ${format.toLowerCase()}: give either headerMediaId or headerLink.`,
      '/headerLink',
    );
  const type = format.toLowerCase();
  return { type, [type]: headerMediaId === undefined ? { link: headerLink } : { id: headerMediaId } };
}

const filled = (text: string | undefined, names: readonly string[], values: readonly string[]) =>
  text?.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (_, name: string) => values[names.indexOf(name)] ?? '') ??
  null;

/** A refusal that names the field it is about. */
export const refused = (code: string, detail: string, pointer: string) =>
  new Rejection(code, detail, [{ pointer, code, detail }]);
