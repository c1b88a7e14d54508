import { templateFault } from '../graph/graph-error.js';

/**
 * Meta's refusals of a template's content. Subcodes: Meta's error code page, "Template creation errors". Titles and texts
 * were captured from Meta's answers, or are ours if no answer was captured.
 */
export const fault = {
  tooLong: (what: string, max: number) =>
    templateFault(2388040, 'Character Limit Exceeded', `The ${what} can have at most ${max} characters.`),
  unexpected: (type: string, fields: readonly string[]) =>
    templateFault(
      2388042,
      'Message template "components" param contains unexpected field(s)',
      `component of type ${type} has unexpected field(s) (${fields.join(', ')})`,
    ),
  missing: (type: string, field: string) =>
    templateFault(
      2388043,
      'Message template "components" param is missing expected field(s)',
      `component of type ${type} is missing expected field(s) (${field})`,
    ),
  header: (text: string) => templateFault(2388047, 'Message header format is incorrect', text),
  body: (text: string) => templateFault(2388072, 'Message body format is incorrect', text),
  footer: (text: string) => templateFault(2388073, 'Message footer format is incorrect', text),
  button: (text: string) => templateFault(2388060, 'Button format is incorrect', text),
  sample: (format: string) =>
    templateFault(
      2388273,
      'Missing sample parameter for header type',
      `Templates with ${format} header type need an example/sample.`,
    ),
  ratio: () =>
    templateFault(
      2388293,
      'Params Words Ratio Exceeds Limit',
      'This template has too many variables for its length. Reduce the number of variables or increase the message length.',
    ),
  edge: () =>
    templateFault(
      2388299,
      'Leading or trailing params not allowed',
      "Variables can't be at the start or end of the template.",
    ),
  adjacent: () =>
    templateFault(
      2388299,
      'Leading or trailing params not allowed',
      "Variables can't be placed next to each other without text or punctuation between them.",
    ),
  whatsAppLink: () =>
    templateFault(
      2388081,
      'Error while adding button URL',
      "Direct links to WhatsApp aren't allowed for buttons.",
    ),
  /** Meta has no subcode for faults of carousels. */
  carousel: (text: string) => templateFault(undefined, 'Carousel format is incorrect', text),
  offer: (text: string) => templateFault(undefined, 'Limited-time offer format is incorrect', text),
};
