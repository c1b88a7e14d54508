import autocannon, { type Request } from 'autocannon';
import { countAnswers, type Loaded } from './answers.ts';

const PATIENCE_S = 30;

/**
 * Sends the requests of `requestOf` over `connections` connections, spread evenly over `urls`, for `seconds`. Then each
 * connection waits for its last answer, so that every request is counted. Needs a process of its own: the CPU time of the
 * process is reported as that of the load.
 */
export async function measuredLoad({
  urls,
  connections,
  seconds,
  requestOf,
}: {
  readonly urls: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly requestOf: () => Request;
}): Promise<Loaded> {
  const answers = countAnswers();
  let lastedMs = 0;
  const loadOf = (url: string) => {
    const running = autocannon({
      url,
      connections: Math.ceil(connections / urls.length),
      requests: [{ setupRequest: (blank) => ({ ...blank, ...requestOf() }) }],
      duration: seconds + PATIENCE_S,
      timeout: PATIENCE_S,
      sampleInt: 100,
    });
    running.on('response', (client, status, _bytes, ms) => {
      answers.add(status, ms);
      lastedMs = performance.now() - answers.began;
      if (lastedMs > seconds * 1_000) client.responseMax = client.reqsMade;
    });
    return running;
  };
  const errors = (await Promise.all(urls.map(loadOf))).reduce((sum, each) => sum + each.errors, 0);
  return answers.loaded(lastedMs, errors);
}
