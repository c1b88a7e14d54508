import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { StartSpan } from '@wbiz/eventing/tracing';
import type { Logger } from './logging.js';
import type { ServiceConfig } from './settings.js';
import { parseTraceparent } from './traceparent.js';

type SamplerName = ServiceConfig['OTEL_TRACES_SAMPLER'];

/** Where spans are exported, which of them (`sampler`, `ratio`: 0 to 1), and the attributes of this process. */
export type Exporting = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  readonly ratio: number;
  readonly resource: Readonly<Record<string, string>>;
};

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

const SAMPLERS: Readonly<Record<SamplerName, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/**
 * Exports spans to a collector, in batches. A span's parent is given as a traceparent, as requests and records carry it,
 * so no context is kept per call.
 */
export function exportSpans({ url, headers, sampler, ratio, resource }: Exporting, logger: Logger) {
  const exporter = loggingFailures(new OTLPTraceExporter({ url, headers: { ...headers } }), logger);
  const provider = new TracerProvider({
    sampler: SAMPLERS[sampler](ratio),
    resource: resourceFromAttributes({ ...resource }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('wbiz');
  const startSpan: StartSpan = (name, { kind, parent, links = [], attributes }) => {
    const linked = links.flatMap((link) => contextIn(link) ?? []);
    const from = contextIn(parent);
    const span = tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes }, links: linked.map((context) => ({ context })) },
      from ? trace.setSpanContext(ROOT_CONTEXT, from) : ROOT_CONTEXT,
    );
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`,
      end: ({ error, attributes: more } = {}) => {
        if (more) span.setAttributes({ ...more });
        if (error !== undefined)
          span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR, message: error });
        span.end();
      },
    };
  };
  // A failed export is logged already.
  return { startSpan, close: () => provider.shutdown().catch(() => undefined) };
}

function contextIn(traceparent: string | null | undefined): SpanContext | undefined {
  const given = parseTraceparent(traceparent);
  if (!given) return undefined;
  const { traceId, spanId, flags } = given;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

/** Logs failed exports; the SDK itself does not. */
const loggingFailures = (exporter: SpanExporter, logger: Logger): SpanExporter => ({
  export: (spans, done) =>
    exporter.export(spans, (result) => {
      if (result.error)
        logger.warn(
          { err: result.error, spans: spans.length },
          'traces: export of spans failed; they are not sent again',
        );
      done(result);
    }),
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  shutdown: () => exporter.shutdown(),
});
