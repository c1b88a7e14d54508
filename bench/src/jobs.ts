import type { Loaded } from './answers.ts';
import type { Timings } from './timings.ts';

/** A closed loop over so many connections, or an open one of so many requests a second. */
export type Loop =
  | { readonly connections: number; readonly perSecond?: undefined }
  | { readonly perSecond: number; readonly connections?: undefined };

export type Headers = Readonly<Record<string, string>>;
export type ReadKind = 'get' | 'list' | 'search';

/** What each process of the bench is to do, by its file. */
export type Jobs = {
  /** Without `bearers` the requests carry `headers` alone. */
  'http-load': {
    readonly loop: Loop;
    readonly urls: readonly string[];
    readonly headers: Headers;
    readonly bearers?: readonly string[] | undefined;
    readonly body: object;
    readonly firstRecipient: number;
    readonly seconds: number;
  };
  /** `people`: how many contacts the filled account has, some of which are `ids`; `first`: the first person imported. */
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

/** What calls to the simulator's Graph API need. */
export type Graph = {
  readonly cloudApiUrl: string;
  readonly phoneNumberId: string;
  readonly accessToken: string;
  readonly appSecret: string;
};

/** What those that end by themselves have found. */
export type Found = {
  'http-load': Loaded;
  'contacts-load': Loaded & { readonly rowsPerSecond?: number };
  'bare-kafka': Timings;
  'bare-post': Timings & { readonly cpuMs: number };
};

/** Those that serve until they are stopped. */
export type Server = 'bare-fastify' | 'floor' | 'webhook-receiver';

export const jobEnv = <Name extends keyof Jobs>(_name: Name, job: Jobs[Name]) => ({
  BENCH_JOB: JSON.stringify(job),
});

/** The job of this process. */
export const jobOf = <Name extends keyof Jobs>(_name: Name) =>
  JSON.parse(process.env.BENCH_JOB ?? '{}') as Jobs[Name];

export const tellFound = <Name extends keyof Found>(_name: Name, found: Found[Name]) =>
  console.log(JSON.stringify(found));
export const foundIn = <Name extends keyof Found>(_name: Name, line: string) =>
  JSON.parse(line) as Found[Name];

export const tellUrl = (url: string) => console.log(JSON.stringify({ url }));
/** The address of a server that has printed this line; undefined: it has printed something else. */
export const urlIn = (line: string) =>
  line.startsWith('{') ? (JSON.parse(line) as { url: string }).url : undefined;
