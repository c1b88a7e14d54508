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

/** A field of a request body that holds a WBIZ id or Meta's id of a phone number; `body` makes a body with that id. */
export type IdField = {
  readonly pointer: string;
  readonly kind: string;
  readonly body: (id: string, mark: Mark) => unknown;
};
/** Returns a text that occurs nowhere else. */
export type Mark = () => string;

/** Text fields whose value has a meaning for the API: they keep the value of the document's example. */
const MEANT = new Set(['to', 'phone', 'template', 'language', 'emoji', 'type']);

/** Bodies, by schema, that do not change the template: sends need it unchanged. */
const HARMLESS: Readonly<Record<string, Fields>> = { UpdateTemplate: { submit: true } };

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
/** Fields that replace the example's, by schema: campaigns start tomorrow, so that they can be changed, and use a template. */
const FIXED: Readonly<Record<string, () => Fields>> = {
  CreateCampaign: () => ({ schedule: { mode: 'at', sendAt: tomorrow() } }),
  UpdateCampaign: () => ({ schedule: undefined }),
  CampaignTemplate: () => ({ name: 'diwali_offer', variables: undefined }),
  RetryFailed: () => ({ codes: undefined }),
};

/** The kind of id of fields whose name does not say it. */
const TAKEN: Readonly<Record<string, string>> = { replyTo: 'message', from: 'phone number' };

/** Id fields that belong to no account. */
const NOT_OURS = new Set([
  'to', // a person, whom every account may write to
  'userId', // Meta's id of a person
  'waId', // a phone number that is only displayed
  'wamid', // WhatsApp's id: passed to Meta, which checks the owner
  'productIds', // ids of the catalogue at Meta
  'thumbnailProductId',
  'flowToken', // any text: the flow's reply returns it
  'contacts', // an audience: ids of other accounts' contacts are ignored
]);

/** Fields that a body must also have if it has this id field. */
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

/** An OpenAPI document's operations, with request bodies made from its schemas and examples. `endpoint`: webhooks' base URL. */
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

  /** A value that the schema allows, with marks in place of free texts. */
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
    // A list's first text stays as in the example: it names what both accounts have.
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
        /** True if API keys call the operation; false if operators do. */
        withKey: security.some((one) => 'apiKey' in one),
        query: query.map(({ name, schema }) => ({ name, ...flat(schema) })),
        /** The query parameter to which a list's `nextCursor` is passed; undefined if the operation is no list. */
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

/** The example, or undefined if it has no fields. */
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

/** The fields to leave out beside a field whose description says that they are alternatives: "or `link`". */
const insteadOf = ({ description = '' }: Flat) =>
  Object.fromEntries([...description.matchAll(/\bor `(\w+)`/g)].map(([, other]) => [other!, undefined]));

function kindOf(name: string): string {
  const kind = TAKEN[name] ?? /([A-Z]?[a-z]+?)(?:Ids?|s)?$/.exec(name)![1]!.toLowerCase();
  if (TAKEN[name] || kind in ID_PREFIXES) return kind;
  throw new Error(`Tell isolation whose id a field called ${name} takes (TAKEN or NOT_OURS).`);
}
