import type { Loaded } from './answers.ts';
import type { Timings } from './timings.ts';

/** A load's pace: on each of `connections`, a request after each answer; or `perSecond` requests, without waiting for answers. */
export type Loop =
  | { readonly connections: number; readonly perSecond?: undefined }
  | { readonly perSecond: number; readonly connections?: undefined };

export type Headers = Readonly<Record<string, string>>;
export type ReadKind = 'get' | 'list' | 'search';

/** The parameters of each process of the bench, by name of its file. */
export type Jobs = {
  /** `bearers`: API keys, used in turn; without them, requests have `headers` only. */
  'http-load': {
    readonly loop: Loop;
    readonly urls: readonly string[];
    readonly headers: Headers;
    readonly bearers?: readonly string[] | undefined;
    readonly body: object;
    readonly firstRecipient: number;
    readonly seconds: number;
  };
  /** `people`: how many contacts the account has; `ids`: some of them; `first`: number of the first person to import. */
  'contacts-load': {
    readonly kind: 'bulk' | ReadKind;
    readonly baseUrl: string;
    readonly bearer: string;
    readonly connections: number;
    readonly seconds: number;
    readonly people: number;
    readonly ids?: readonly string[];
    readonly first?: number;
  };
  'bare-kafka': {
    readonly brokers: string;
    readonly body: object;
    readonly inFlight: number;
    readonly seconds: number;
  };
  'kafka-echo': { readonly brokers: string; readonly there: string; readonly back: string };
  'bare-post': {
    readonly url: string;
    readonly body: string;
    readonly inFlight: number;
    readonly count: number;
  };
  'bare-fastify': Nothing;
  floor: Graph & { readonly databaseUrl: string };
  'webhook-receiver': Nothing;
};
type Nothing = Readonly<Record<string, never>>;

/** The URL, id and secrets that calls to the simulator's Graph API need. */
export type Graph = {
  readonly cloudApiUrl: string;
  readonly phoneNumberId: string;
  readonly accessToken: string;
  readonly appSecret: string;
};

/** The results of the processes that end by themselves. */
export type Found = {
  'http-load': Loaded;
  'contacts-load': Loaded & { readonly rowsPerSecond?: number };
  'bare-kafka': Timings;
  'bare-post': Timings & { readonly cpuMs: number };
};

/** The processes that serve until they are stopped. */
export type Server = 'bare-fastify' | 'floor' | 'webhook-receiver';

export const jobEnv = <Name extends keyof Jobs>(_name: Name, job: Jobs[Name]) => ({
  BENCH_JOB: JSON.stringify(job),
});

/** The parameters of this process. */
export const jobOf = <Name extends keyof Jobs>(_name: Name) =>
  JSON.parse(process.env.BENCH_JOB ?? '{}') as Jobs[Name];

export const tellFound = <Name extends keyof Found>(_name: Name, found: Found[Name]) =>
  console.log(JSON.stringify(found));
export const foundIn = <Name extends keyof Found>(_name: Name, line: string) =>
  JSON.parse(line) as Found[Name];

export const tellUrl = (url: string) => console.log(JSON.stringify({ url }));
/** The URL in a line that a server printed; undefined if the line holds none. */
export const urlIn = (line: string) =>
  line.startsWith('{') ? (JSON.parse(line) as { url: string }).url : undefined;
