import { filledPath, headersOf, isForm, queryOf, urlOf, type Call } from './call.js';

export const LANGUAGES = ['curl', 'TypeScript', 'Python'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The call as source code. `base`: the URL of the API. `apiKey`: stands in curl in place of the variable. */
export const codeOf = (language: Language, call: Call, base: string, apiKey?: string): string =>
  WRITERS[language](call, base, apiKey);

const WRITERS: Readonly<Record<Language, (call: Call, base: string, apiKey?: string) => string>> = {
  curl,
  TypeScript: (call, base) =>
    call.operation.operators ? typeScriptByFetch(call, base) : typeScriptBySdk(call, base),
  Python: python,
};

const FILE = 'photo.jpg';
const variableOf = ({ operation }: Call) => (operation.operators ? 'ADMIN_TOKEN' : 'WBIZ_API_KEY');
/** Whether the route takes an Idempotency-Key, under which a POST takes effect once. */
const isRepeatable = ({ operation }: Call) =>
  operation.parameters.some(({ name }) => name === 'Idempotency-Key');
const isFile = ({ operation }: Call) =>
  operation.answers.some(({ bodies }) => bodies.some(({ type }) => type === 'application/octet-stream'));
const hasAnswer = ({ operation }: Call) => operation.answers.some(({ bodies }) => bodies.length > 0);
const isPaged = ({ operation }: Call) =>
  operation.method === 'GET' && operation.parameters.some(({ name }) => name === 'cursor');

/** The body's JSON value; undefined while it is not valid JSON. */
function valueOf({ body }: Call): unknown {
  if (body === undefined) return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Quotes a text as one word of a POSIX shell. */
export const shellWord = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(call: Call, base: string, apiKey?: string): string {
  const { method } = call.operation;
  const url = urlOf(call, base);
  const takes = call.body !== undefined || isForm(call.operation);
  const verb = method === (takes ? 'POST' : 'GET') ? '' : `-X ${method} `;
  const lines = [
    `curl ${verb}${/[?&']/.test(url) ? shellWord(url) : url}`,
    apiKey
      ? `-H ${shellWord(`Authorization: Bearer ${apiKey}`)}`
      : `-H "Authorization: Bearer $${variableOf(call)}"`,
    ...headersOf(call).map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    ...(isForm(call.operation) ? [`-F ${shellWord(`file=@${call.file?.name ?? FILE}`)}`] : []),
    ...(call.body === undefined ? [] : [`-H 'Content-Type: application/json'`, `-d ${shellWord(call.body)}`]),
    ...(isFile(call) ? ['-OJ'] : []),
  ];
  return lines.join(' \\\n  ');
}

type Style = {
  readonly text: (text: string) => string;
  readonly name: (name: string) => string;
  readonly words: readonly [yes: string, no: string, nothing: string];
  readonly indent: string;
  readonly padded: boolean;
};
const single = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
const TYPE_SCRIPT: Style = {
  text: single,
  name: (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : single(name)),
  words: ['true', 'false', 'null'],
  indent: '  ',
  padded: true,
};
const PYTHON: Style = {
  text: (text) => JSON.stringify(text),
  name: (name) => JSON.stringify(name),
  words: ['True', 'False', 'None'],
  indent: '    ',
  padded: false,
};
const WIDTH = 84;

/** A JSON value as source code, on one line if it is short. */
function literal(value: unknown, style: Style, depth: number): string {
  if (typeof value === 'string') return style.text(value);
  if (typeof value === 'boolean') return style.words[value ? 0 : 1];
  if (value === null) return style.words[2];
  if (typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((item) => literal(item, style, depth + 1))
    : Object.entries(value).map(([name, one]) => `${style.name(name)}: ${literal(one, style, depth + 1)}`);
  const [open, close] = isList ? '[]' : '{}';
  const pad = style.padded && !isList && entries.length > 0 ? ' ' : '';
  const line = `${open}${pad}${entries.join(', ')}${pad}${close}`;
  if (entries.length === 0 || (line.length + depth * style.indent.length <= WIDTH && !line.includes('\n')))
    return line;
  const inner = style.indent.repeat(depth + 1);
  return `${open}\n${entries.map((entry) => `${inner}${entry},\n`).join('')}${style.indent.repeat(depth)}${close}`;
}

/** A parameter's text as a value of its schema's type. */
function typed(text: string, type: unknown): unknown {
  if (type === 'integer' || type === 'number') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}
const queryValues = (call: Call, asText: boolean): object | undefined => {
  const entries = queryOf(call).map(([{ name, schema }, items]) => {
    if (schema.type === 'array') return [name, items];
    return [name, asText ? items[0] : typed(items[0]!, schema.type)];
  });
  return entries.length > 0 ? (Object.fromEntries(entries) as object) : undefined;
};

const readFile = (call: Call) => [
  'const form = new FormData();',
  `form.set('file', await openAsBlob(${single(call.file?.name ?? FILE)}, { type: ${single(call.file?.type || 'image/jpeg')} }), ${single(call.file?.name ?? FILE)});`,
];

/** An object literal whose values are source code already. */
const asItIs = (pairs: readonly (readonly [string, string | undefined])[], depth: number) => {
  const given = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  if (given.length === 0) return '';
  const inline = `{ ${given.map(([name, text]) => (name === text ? name : `${name}: ${text}`)).join(', ')} }`;
  if (inline.length <= WIDTH - 20 && !inline.includes('\n')) return inline;
  const indent = '  '.repeat(depth);
  return `{\n${given.map(([name, text]) => `${indent}  ${name === text ? name : `${name}: ${text}`},\n`).join('')}${indent}}`;
};

function typeScriptBySdk(call: Call, base: string): string {
  const { method, path } = call.operation;
  const form = isForm(call.operation);
  const value = form ? undefined : valueOf(call);
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const filled = filledPath(call).split('/');
  const pathValues = Object.fromEntries(
    names.map((name) => [name, decodeURIComponent(filled[path.split('/').indexOf(`{${name}}`)]!)]),
  );
  const query = queryValues(call, false);
  const headers = new Map(headersOf(call));
  const key = headers.get('Idempotency-Key');
  const options = asItIs(
    [
      ['path', names.length > 0 ? literal(pathValues, TYPE_SCRIPT, 1) : undefined],
      ['query', query && literal(query, TYPE_SCRIPT, 1)],
      ['body', form ? 'form' : value === undefined ? undefined : literal(value, TYPE_SCRIPT, 1)],
      ['respondAsync', headers.get('Prefer') === 'respond-async' ? 'true' : undefined],
      ['idempotencyKey', key && single(key)],
    ],
    0,
  );
  const rest = options && `, ${options}`;
  const paged = isPaged(call);
  return [
    ...(form ? [`import { openAsBlob } from 'node:fs';`] : []),
    `import { Wbiz } from '@wbiz/sdk/wbiz';`,
    '',
    `const wbiz = new Wbiz({ baseUrl: ${single(base)}, apiKey: process.env.WBIZ_API_KEY! });`,
    ...(form ? readFile(call) : []),
    ...(paged
      ? [`for await (const one of wbiz.list(${single(path)}${rest})) console.log(one);`]
      : [
          `${hasAnswer(call) ? 'const answer = ' : ''}await wbiz.request(${single(method)}, ${single(path)}${rest});`,
          ...(hasAnswer(call) ? ['console.log(answer);'] : []),
        ]),
  ].join('\n');
}

function typeScriptByFetch(call: Call, base: string): string {
  const { method } = call.operation;
  const value = valueOf(call);
  const headers = [
    ['authorization', '`Bearer ${process.env.ADMIN_TOKEN}`'],
    ["'content-type'", value === undefined ? undefined : "'application/json'"],
  ] as const;
  const options = asItIs(
    [
      ['method', method === 'GET' ? undefined : single(method)],
      ['headers', asItIs(headers, 1)],
      ['body', value === undefined ? undefined : `JSON.stringify(${literal(value, TYPE_SCRIPT, 1)})`],
    ],
    0,
  );
  return [
    `const answer = await fetch(${single(urlOf(call, base))}, ${options});`,
    hasAnswer(call) ? 'console.log(answer.status, await answer.json());' : 'console.log(answer.status);',
  ].join('\n');
}

function python(call: Call, base: string): string {
  const { method } = call.operation;
  const form = isForm(call.operation);
  const value = form ? undefined : valueOf(call);
  const query = queryValues(call, true);
  const own = headersOf(call);
  const isOnce = isRepeatable(call) && !own.some(([name]) => name === 'Idempotency-Key');
  const headers = [
    `"Authorization": f"Bearer {os.environ['${variableOf(call)}']}",`,
    ...(isOnce ? ['"Idempotency-Key": str(uuid.uuid4()),'] : []),
    ...own.map(([name, text]) => `${PYTHON.text(name)}: ${PYTHON.text(text)},`),
  ];
  const file = call.file?.name ?? FILE;
  const lines = [
    `${PYTHON.text(`${base}${filledPath(call)}`)},`,
    ...(query ? [`params=${literal(query, PYTHON, 1)},`] : []),
    `headers={\n        ${headers.join('\n        ')}\n    },`,
    ...(value === undefined ? [] : [`json=${literal(value, PYTHON, 1)},`]),
    ...(form
      ? [
          `files={"file": (${PYTHON.text(file)}, open(${PYTHON.text(file)}, "rb"), ${PYTHON.text(call.file?.type || 'image/jpeg')})},`,
        ]
      : []),
    'timeout=60,',
  ];
  const end = () => {
    if (isFile(call)) return 'print(len(answer.content), answer.headers["Content-Type"])';
    return hasAnswer(call) ? 'print(answer.json())' : 'print(answer.status_code)';
  };
  return [
    'import os',
    ...(isOnce ? ['import uuid'] : []),
    '',
    'import requests',
    '',
    `answer = requests.${method.toLowerCase()}(`,
    ...lines.map((line) => `    ${line}`),
    ')',
    'answer.raise_for_status()',
    end(),
  ].join('\n');
}
