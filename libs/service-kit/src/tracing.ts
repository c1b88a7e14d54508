import type { Logger } from './logging.js';
import type { Exporting } from './otlp.js';
import type { ServiceConfig } from './settings.js';

const LOCAL_COLLECTOR = 'http://localhost:4318';

/** The export that OpenTelemetry's variables configure; undefined if no traces are recorded, as by default. */
export function exportingOf(
  config: ServiceConfig,
  { service, replica }: { service: string; replica: string },
): Exporting | undefined {
  const {
    OTEL_SDK_DISABLED: isDisabled,
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesEndpoint,
  } = config;
  const isOn = exporter === 'otlp' || (exporter === undefined && (endpoint ?? tracesEndpoint) !== undefined);
  if (isDisabled || !isOn) return undefined;
  return {
    url: tracesEndpoint ?? `${endpoint ?? LOCAL_COLLECTOR}/v1/traces`,
    headers: pairsIn(config.OTEL_EXPORTER_OTLP_HEADERS),
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    resource: {
      'service.namespace': 'wbiz',
      'service.instance.id': replica,
      ...pairsIn(config.OTEL_RESOURCE_ATTRIBUTES),
      'service.name': config.OTEL_SERVICE_NAME ?? `wbiz-${service}`,
    },
  };
}

/** OpenTelemetry is loaded only if traces are recorded. */
export async function openTracing(exporting: Exporting | undefined, logger: Logger) {
  if (!exporting) return undefined;
  const { exportSpans } = await import('./otlp.js');
  return exportSpans(exporting, logger);
}

/** `name=value,name=value`, the values percent-encoded. */
function pairsIn(text = ''): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), decodeURIComponent(value.join('=').trim())];
    }),
  );
}
