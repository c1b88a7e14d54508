import type { components, paths } from './api.js';

export type Schemas = components['schemas'];
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

type Parameters = { query?: object | undefined; path?: object | undefined };
type Operation = { parameters: Parameters; responses: object };

/** The paths of the API that have a route with this HTTP method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][Lowercase<M>] extends Operation ? P : never;
}[keyof paths];
export type OperationOf<M extends Method, P extends keyof paths> = Extract<paths[P][Lowercase<M>], Operation>;

type Sent<Content> = Content extends { 'application/json': infer Json } ? Json : FormData;
type BodyOf<Op> = Op extends { requestBody?: never }
  ? { body?: never }
  : Op extends { requestBody: { content: infer Content } }
    ? { body: Sent<Content> }
    : Op extends { requestBody?: { content: infer Content } }
      ? { body?: Sent<Content> }
      : never;

export type CallOptions = {
  /** The Idempotency-Key of a POST, by default a random one. Store and pass your own to repeat the POST after a crash. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
};
/** Parameters and body of a route. */
export type Input<Op extends Operation> = Pick<Op['parameters'], 'query' | 'path'> & BodyOf<Op> & CallOptions;
/** The arguments of a call after its path: the route's input, optional if the route requires none of it. */
export type Args<Op extends Operation> =
  Record<never, never> extends Input<Op> ? [given?: Input<Op>] : [given: Input<Op>];

type Content<Answered> = Answered extends { content: { 'application/json': infer Json } }
  ? Json
  : Answered extends { content: { 'application/octet-stream': infer Bytes } }
    ? Bytes
    : undefined;
/** The body of a route's 2xx answer. If a route has 201 and 202, this is the 201: only calls with `respondAsync` get 202. */
export type Answer<Op extends Operation> = Op['responses'] extends { 201: infer Done; 202: unknown }
  ? Content<Done>
  : Content<Op['responses'][keyof Op['responses']]>;
export type AsyncAnswer<Op extends Operation> = Op['responses'] extends { 202: infer Accepted }
  ? Content<Accepted>
  : never;

type QueryOf<P extends PathOf<'GET'>> = NonNullable<OperationOf<'GET', P>['parameters']['query']>;
/** The routes that answer in pages. `[…] extends [never]` excludes routes without a query, as `keyof never` has every key. */
export type ListPath = {
  [P in PathOf<'GET'>]: [QueryOf<P>] extends [never] ? never : 'cursor' extends keyof QueryOf<P> ? P : never;
}[PathOf<'GET'>];
export type ItemOf<P extends ListPath> =
  Answer<OperationOf<'GET', P>> extends { data: (infer Item)[] } ? Item : never;

export type EventType = keyof Schemas['EventData'];
/** An event, whose `type` decides the type of its `data`. */
export type WbizEvent<T extends EventType = EventType> = {
  [Type in T]: Omit<Schemas['EventView'], 'type' | 'data'> & {
    type: Type;
    data: Schemas['EventData'][Type];
  };
}[T];
