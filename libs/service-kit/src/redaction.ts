const SECRET =
  /authorization|cookie|token|secret|password|passwd|signature|api[-_]?key|^key$|database_?url|credential/i;
const PERSONAL =
  /^(to|from|phone(_?number)?|display_?phone_?number|wa_?id|msisdn|recipient(_?id)?|body|text|caption|contacts?)$/i;
const REMOVED = '[removed]';
const DEEPEST = 6;

type Shown = { readonly personal: boolean };

/** A copy in which values of keys that name a secret and, unless `personal`, a phone number or text are replaced. */
export function redacted(value: unknown, shown: Shown, depth = 0): unknown {
  if (value instanceof Error) return errorShape(value, shown, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redacted(value.toJSON(), shown, depth);
  if (depth === DEEPEST) return '[deeper]';
  if (Array.isArray(value)) return value.map((one) => redacted(one, shown, depth + 1));
  const kept = (key: string, inner: unknown) =>
    SECRET.test(key) || (!shown.personal && PERSONAL.test(key)) ? REMOVED : redacted(inner, shown, depth + 1);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kept(key, inner)]));
}

/**
 * The fields of an error that may be logged. In other fields Postgres and TypeORM put rows, statements and parameters.
 */
function errorShape(error: Error & { code?: unknown }, shown: Shown, depth: number): object {
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, 5).map((one) => redacted(one, shown, depth + 1)) }
      : {}),
    ...(error.cause === undefined || depth === DEEPEST
      ? {}
      : { cause: redacted(error.cause, shown, depth + 1) }),
  };
}

const SECRET_FORMS: readonly [RegExp, string][] = [
  [/(bearer\s+)[\w.~+/=-]+/gi, `$1${REMOVED}`],
  [/\bwa_\w+_\w+/g, REMOVED],
  [/\bEAA\w{20,}/g, REMOVED],
  [/\bwhsec_[\w+/=-]+/g, REMOVED],
  [/(\/\/[^\s/:@"]+:)[^\s/@"]+@/g, `$1${REMOVED}@`],
];
const PHONE = /\+\d{8,15}\b/g;

/**
 * Replaces in a finished log line everything that looks like a secret, the given `secrets` and, unless `personal`, phone
 * numbers.
 */
export function scrubbed(line: string, secrets: readonly string[], shown: Shown): string {
  let text = line;
  for (const secret of secrets) text = text.replaceAll(secret, REMOVED);
  for (const [form, instead] of SECRET_FORMS) text = text.replace(form, instead);
  return shown.personal ? text : text.replace(PHONE, REMOVED);
}
