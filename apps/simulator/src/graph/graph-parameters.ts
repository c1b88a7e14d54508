import type { FastifyRequest } from 'fastify';

type UploadedFile = { readonly name: string; readonly mimeType: string; readonly bytes: Buffer };

export type Parameters = {
  /** The parameters of query and body; null parameters are left out. */
  readonly params: Record<string, unknown>;
  readonly file: UploadedFile | undefined;
};

/** Reads the query and a JSON, form or multipart body; any other body has no parameters. */
export function readParameters(
  { body, headers }: FastifyRequest,
  query: string | undefined,
): Parameters | Promise<Parameters> {
  const type = headers['content-type'] ?? '';
  if (Buffer.isBuffer(body) && type.startsWith('multipart/form-data'))
    return readMultipart(body, type, headers['content-length'] !== undefined).then((found) =>
      withQuery(found, query),
    );
  return withQuery({ params: parseBody(bodyText(body), type), file: undefined }, query);
}

const bodyText = (body: unknown): string =>
  typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString() : '';

function withQuery(found: Parameters, query: string | undefined): Parameters {
  if (query !== undefined) Object.assign(found.params, formFields(new URLSearchParams(query)));
  return found;
}

function parseBody(body: string, type: string): Record<string, unknown> {
  if (body === '') return {};
  if (type.startsWith('application/x-www-form-urlencoded')) return formFields(new URLSearchParams(body));
  const value = parsedOr(body, {});
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** Captured from Meta: the file is ignored if the request has no content-length. */
async function readMultipart(body: Buffer, type: string, hasLength: boolean): Promise<Parameters> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => new FormData());
  const texts: [string, string][] = [];
  let file: UploadedFile | undefined;
  for (const [name, value] of form)
    if (typeof value === 'string') texts.push([name, value]);
    else if (hasLength)
      file ??= {
        name: value.name,
        mimeType: value.type,
        bytes: Buffer.from(await value.arrayBuffer()),
      };
  return { params: formFields(texts), file };
}

/** Reads form fields as PHP does: `a[]=1` makes a list, `a[b]=1` an object. Values that are JSON text are parsed. */
function formFields(entries: Iterable<readonly [string, string]>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const [, base, path] = /^([^[]+)((?:\[[^\]]*\])+)$/.exec(name) ?? [undefined, name, ''];
    const keys = [...path!.matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key!);
    put(fields, [base!, ...keys], formValue(value));
  }
  return fields;
}

function put(target: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === '__proto__') return;
  const at = key === '' ? String(Object.keys(target).length) : key!;
  if (rest.length === 0) {
    target[at] = value;
    return;
  }
  const isList = rest[0] === '' || rest[0] === '0';
  if (typeof target[at] !== 'object' || target[at] === null) target[at] = isList ? [] : {};
  put(target[at] as Record<string, unknown>, rest, value);
}

/** Parses the JSON text of a list or an object; returns any other text as it is. */
export const formValue = (value: string): unknown => (/^[[{]/.test(value) ? parsedOr(value, value) : value);

function parsedOr(text: string, otherwise: unknown): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return text.includes('null') ? withoutNulls(value) : value;
  } catch {
    return otherwise;
  }
}

/** Parameters that hold a client's own data for a flow, in which nulls are kept. */
const OF_CLIENTS = new Set(['data', 'flow_action_data', 'flow_json']);

/** Drops null fields of objects at any depth, as Meta does; lists keep null items. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    given.map(([key, item]) => [key, OF_CLIENTS.has(key) ? item : withoutNulls(item)]),
  );
}
