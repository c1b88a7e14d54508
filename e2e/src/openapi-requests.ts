import { ID_PREFIXES } from '@wbiz/contracts/id-prefixes';

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly example?: unknown;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
};
type Flat = Omit<Schema, '$ref' | 'allOf'> & { readonly named?: string };
type Fields = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;
type Parameter = {
  readonly $ref?: string;
  readonly in: string;
  readonly name: string;
  readonly schema: Schema;
};
type Described = {
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** A field of a body that takes one of our ids, or Meta's id of a phone number. */
export type IdField = {
  readonly pointer: string;
  readonly kind: string;
  readonly body: (id: string, mark: Mark) => unknown;
};
/** Returns a text that occurs nowhere else. */
export type Mark = () => string;

/** Text fields that the API reads a meaning from: they stay as in the example. */
const MEANT = new Set(['to', 'phone', 'template', 'language', 'emoji', 'type']);

/** Bodies that leave a template as it is, since sends need it so. */
const HARMLESS: Readonly<Record<string, Fields>> = { UpdateTemplate: { submit: true } };

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
/** Fields in place of the example's: campaigns wait for their start, so that they may be changed, and have a template. */
const FIXED: Readonly<Record<string, () => Fields>> = {
  CreateCampaign: () => ({ schedule: { mode: 'at', sendAt: tomorrow() } }),
  UpdateCampaign: () => ({ schedule: undefined }),
  CampaignTemplate: () => ({ name: 'diwali_offer', variables: undefined }),
  RetryFailed: () => ({ codes: undefined }),
};

/** Id fields whose name and description do not tell the kind. */
const TAKEN: Readonly<Record<string, string>> = { replyTo: 'message', from: 'phone number' };

/** Id fields that belong to no account. */
const NOT_OURS = new Set([
  'to', // a person, whom every account may write to
  'userId', // Meta's id of a person
  'waId', // a phone number, only shown
  'wamid', // WhatsApp's id: passed to Meta, which checks the owner
  'productIds', // ids of the catalogue at Meta
  'thumbnailProductId',
  'flowToken', // any text: it comes back with the answer
  'contacts', // an audience: other accounts' contacts are ignored
]);

/** Further fields that a body needs with an id field. */
const BESIDE: Readonly<Record<string, Fields>> = {
  'InteractiveHeader.mediaId': { type: 'image' },
  'SendTemplate.headerMediaId': { template: 'with_image', variables: undefined },
  'SendTemplate.cards': { template: 'with_cards', variables: undefined },
  'CampaignTemplate.headerMediaId': { name: 'with_image' },
  'CampaignTemplate.cards': { name: 'with_cards' },
  'TemplateCard.headerMediaId': {
    headerLink: undefined,
    variables: undefined,
    buttonVariables: undefined,
    buttons: undefined,
  },
};

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The operations of an OpenAPI document, with requests made from its schemas and examples. Webhooks point to `endpoint`. */
export function openApiRequests({ paths, components: { schemas } }: Document, endpoint: string) {
  const flat = ({ $ref, allOf = [], ...own }: Schema): Flat => {
    const named = $ref?.split('/').at(-1);
    const parts = [...(named ? [{ named, ...schemas[named]! }] : []), ...allOf].map(flat);
    return [own, ...parts].reduce<Flat>(
      (one, other) => ({
        ...other,
        ...one,
        ...((one.properties ?? other.properties) && {
          properties: { ...other.properties, ...one.properties },
          required: [...(other.required ?? []), ...(one.required ?? [])],
        }),
      }),
      {},
    );
  };
  const alternatives = ({ oneOf, anyOf }: Flat) => (oneOf ?? anyOf)?.map(flat);

  /** A value that the schema allows; its free texts are marks of the account. */
  const valueOf = (given: Schema, mark: Mark, like?: unknown, name = ''): unknown => {
    const schema = flat(given);
    const example = like ?? schema.example;
    const several = alternatives(schema);
    if (several)
      return valueOf(several.find((one) => fits(one, example)) ?? several[0]!, mark, example, name);
    return MAKERS[typeOf(schema)]?.({ schema, example, mark, name }) ?? example;
  };

  type Making = {
    readonly schema: Flat;
    readonly example: unknown;
    readonly mark: Mark;
    readonly name: string;
  };
  const MAKERS: Readonly<Record<string, (making: Making) => unknown>> = {
    object: ({ schema: { named = '', properties, required = [], additionalProperties }, example, mark }) => {
      const wanted = Object.keys((example ?? {}) as Fields);
      const shown = Object.entries(properties ?? {}).flatMap(([key, field]) =>
        flat(field).example === undefined ? [] : [key],
      );
      const keys = new Set([...(example ? wanted : shown), ...required]);
      const inner = typeof additionalProperties === 'object' ? additionalProperties : {};
      const made = [...(keys.size ? keys : Object.keys(properties ?? {}))].map((key) => {
        const like = (example as Fields | undefined)?.[key];
        const type = Array.isArray(like) ? 'array' : typeof like;
        return [key, valueOf(properties?.[key] ?? { type, ...inner }, mark, like, key)] as const;
      });
      return { ...Object.fromEntries(made), ...FIXED[named]?.() };
    },
    // The first item stays as in the example: both accounts have it.
    array: ({ schema: { items = {} }, example, mark, name }) =>
      ((example ?? [undefined]) as unknown[]).map((like, index) =>
        typeof like === 'string' && index === 0 ? like : valueOf(items, mark, like, name),
      ),
    string: ({ schema: { enum: choices, format, pattern, maxLength = Infinity }, example, mark, name }) => {
      if (choices) return example ?? choices[0];
      if (format === 'binary') return new File([Buffer.from(PIXEL, 'base64'), mark()], `${mark()}.png`);
      if (format || MEANT.has(name)) return example;
      const text = mark();
      if (name === 'url' && String(example).includes('/webhooks/')) return `${endpoint}/${text}`;
      const tries = [text, `/${text}`, `https://example.com/${text}`, `${text}@example.com`];
      return tries.find((one) => one.length <= maxLength && new RegExp(pattern ?? '').test(one)) ?? example;
    },
    integer: ({ schema: { minimum }, example }) => example ?? minimum ?? 1,
    number: ({ schema: { minimum }, example }) => example ?? minimum ?? 1,
    boolean: ({ example }) => example ?? true,
  };

  function* idFieldsOf(given: Schema, name = ''): Generator<IdField> {
    const schema = flat(given);
    for (const one of alternatives(schema) ?? []) yield* idFieldsOf(one, name);
    if (schema.items)
      for (const { pointer, kind, body } of idFieldsOf({ ...described(schema), ...schema.items }, name))
        yield {
          pointer: `/0${pointer}`,
          kind,
          body: (id, mark) => Array.from({ length: schema.minItems ?? 1 }, () => body(id, mark)),
        };
    for (const [key, field] of Object.entries(schema.properties ?? {}))
      for (const { pointer, kind, body } of idFieldsOf(field, key))
        yield {
          pointer: `/${key}${pointer}`,
          kind,
          body: (id, mark) => ({
            ...(valueOf(schema, mark) as Fields),
            ...insteadOf(flat(field)),
            ...BESIDE[`${schema.named}.${key}`],
            [key]: body(id, mark),
          }),
        };
    if (typeOf(schema) === 'string' && !schema.enum && takesId(name, schema) && !NOT_OURS.has(name))
      yield { pointer: '', kind: kindOf(name), body: (id) => id };
  }

  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, parameters = [], requestBody, responses }]) => {
      const query = parameters.filter((parameter) => parameter.in === 'query');
      const answered = flat(responses['200']?.content?.['application/json']?.schema ?? {}).properties ?? {};
      const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return {
        method: method.toUpperCase(),
        path,
        params: path.split('{').length - 1,
        /** True: for API keys. False: for operators. */
        withKey: security.some((one) => 'apiKey' in one),
        query: query.map(({ name, schema }) => ({ name, ...flat(schema) })),
        /** For a list: the parameter that takes `nextCursor`. */
        cursor:
          'data' in answered && 'nextCursor' in answered
            ? query.find(({ name }) => name === 'cursor' || name === 'since')?.name
            : undefined,
        body: (mark: Mark): unknown => {
          if (!content) return undefined;
          const harmless = HARMLESS[flat(content.schema).named ?? ''];
          if (harmless) return harmless;
          const body = valueOf(content.schema, mark, some(content.example)) as Record<string, string | File>;
          if (type !== 'multipart/form-data') return body;
          const form = new FormData();
          for (const [key, value] of Object.entries(body)) form.append(key, value);
          return form;
        },
        idFields: () => (content && type === 'application/json' ? [...idFieldsOf(content.schema)] : []),
      };
    }),
  );
  return operations;
}
export type Operation = ReturnType<typeof openApiRequests>[number];

const typeOf = ({ type, enum: choices }: Flat) =>
  choices ? 'string' : ([type].flat().find((one) => one !== 'null') ?? '');

const described = ({ description }: Flat) => (description ? { description } : {});

/** Undefined for an empty example. */
const some = (example: unknown) => (Object.keys(example ?? {}).length ? example : undefined);

function fits({ properties, ...schema }: Flat, example: unknown): boolean {
  if (example === undefined) return true;
  if (Array.isArray(example) || typeof example !== 'object')
    return typeOf(schema) === (Array.isArray(example) ? 'array' : typeof example);
  return Object.entries(example as Fields).every(
    ([key, value]) =>
      typeOf(schema) === 'object' &&
      (!properties || key in properties) &&
      (properties?.[key]?.enum?.includes(value) ?? true),
  );
}

const takesId = (name: string, { description = '' }: Flat) =>
  /Ids?$/.test(name) || /\bids?\b/i.test(description);

/** Fields to leave out because this one replaces them: its description says "or `link`". */
const insteadOf = ({ description = '' }: Flat) =>
  Object.fromEntries([...description.matchAll(/\bor `(\w+)`/g)].map(([, other]) => [other!, undefined]));

function kindOf(name: string): string {
  const kind = TAKEN[name] ?? /([A-Z]?[a-z]+?)(?:Ids?|s)?$/.exec(name)![1]!.toLowerCase();
  if (TAKEN[name] || kind in ID_PREFIXES) return kind;
  throw new Error(`Tell isolation whose id a field called ${name} takes (TAKEN or NOT_OURS).`);
}
