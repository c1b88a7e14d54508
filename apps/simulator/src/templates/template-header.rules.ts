import { notOneOf, type GraphRefusal } from '../graph/graph-error.js';
import { onlyFields, type Part, type TemplateContext } from './template-component.rules.js';
import { checkSamples, isStyled, textOf, variablesOf } from './template-text.rules.js';
import { fault } from './template.faults.js';

const MOST_CHARACTERS = 60;

// A handle from the resumable upload API: `4::aW1hZ2Uv…`; media ids and URLs do not match.
const HANDLE = /^\d+::\S+$/;

function media(header: Part): void {
  onlyFields(header, ['format', 'example']);
  const { format, example } = header.fields;
  const handles = (example as { header_handle?: unknown } | undefined)?.header_handle;
  const [handle] = Array.isArray(handles) ? (handles as unknown[]) : [handles];
  if (typeof handle !== 'string' || !HANDLE.test(handle)) throw fault.sample(String(format));
}

function text(header: Part, { format }: TemplateContext): void {
  onlyFields(header, ['format', 'text', 'example']);
  const content = textOf(header, 'header', MOST_CHARACTERS);
  const variables = variablesOf(content, format, fault.header);
  if (variables.length > 1) throw fault.header('The message header can have only one variable.');
  checkSamples(header, 'header_text', format, variables);
  if (isStyled(content))
    throw fault.header(
      "The message header can't have any new lines, formatting characters, emojis or asterisks.",
    );
}

const bare = (header: Part) => onlyFields(header, ['format']);

const FORMATS: Readonly<Record<string, (header: Part, context: TemplateContext) => void>> = {
  TEXT: text,
  IMAGE: media,
  VIDEO: media,
  DOCUMENT: media,
  GIF: media,
  LOCATION: bare,
  PRODUCT: bare,
};

export function checkHeader(
  header: Part,
  context: TemplateContext,
  formats: Iterable<string> = Object.keys(FORMATS),
  wrong: (text: string) => GraphRefusal = fault.header,
): void {
  const { format } = header.fields;
  if (format === undefined) throw fault.missing('HEADER', 'format');
  if (typeof format !== 'string' || !Object.hasOwn(FORMATS, format))
    throw notOneOf(`${header.at}['format']`, Object.keys(FORMATS), format);
  const allowed = [...formats];
  if (!allowed.includes(format))
    throw wrong(`The header here can be ${allowed.join(' or ')}, not ${format}.`);
  FORMATS[format]!(header, context);
}
