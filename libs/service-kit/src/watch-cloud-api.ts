import type { Runtime } from './runtime.js';

type Call = {
  readonly operation: string;
  readonly method: string;
  readonly traceparent: string | undefined;
};
type Ended = { readonly kind: string; readonly code?: string };

/**
 * The Cloud API client's `watch`: counts and times each call of Meta's API, and traces calls that have a traceparent.
 */
export function watchCloudApi({
  metrics,
  startSpan,
  config,
}: Pick<Runtime, 'metrics' | 'startSpan' | 'config'>) {
  const { hostname } = new URL(config.CLOUD_API_URL);
  return ({ operation, method, traceparent }: Call) => {
    const begun = performance.now();
    const span =
      traceparent === undefined
        ? undefined
        : startSpan?.(`${method} ${operation}`, {
            kind: 'client',
            parent: traceparent,
            attributes: {
              'http.request.method': method,
              'server.address': hostname,
              'wbiz.meta.operation': operation,
            },
          });
    const ended = ({ kind: outcome, code }: Ended) => {
      metrics.metaCalls.observe({ operation, outcome }, (performance.now() - begun) / 1_000);
      if (code !== undefined) metrics.metaErrors.inc({ operation, code });
      span?.end({ error: outcome === 'ok' ? undefined : (code ?? outcome) });
    };
    return { traceparent: span?.traceparent, ended };
  };
}
