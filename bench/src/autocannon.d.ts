/** Types of what the bench uses of autocannon, which has no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export type Client = { responseMax: number; readonly reqsMade: number };
  export type Request = {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** Called before each request with a copy of this entry; the request that it returns is sent. */
    readonly setupRequest?: (blank: Request) => Request;
  };
  type Options = {
    readonly url: string;
    readonly connections: number;
    readonly requests: readonly Request[];
    /** How long to send requests, in seconds. */
    readonly duration: number;
    /** How long to wait for an answer, in seconds. */
    readonly timeout: number;
    /** Interval of autocannon's own statistics, in ms. */
    readonly sampleInt: number;
  };
  type Events = { response: [client: Client, status: number, bytes: number, ms: number] };
  type Run = EventEmitter<Events> & PromiseLike<{ readonly errors: number }>;

  export default function autocannon(options: Options): Run;
}
