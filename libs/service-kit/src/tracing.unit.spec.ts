import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { readConfig } from './config.js';
import { TRACES_SETTINGS, type ServiceConfig } from './settings.js';
import { exportingOf, openTracing } from './tracing.js';

const of = { service: 'messaging', replica: 'messaging-1' };
const read = (env: NodeJS.ProcessEnv) => exportingOf(readConfig(TRACES_SETTINGS, env) as ServiceConfig, of);
const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

describe('traces are recorded', () => {
  it.each([
    ['where nothing is said', {}],
    ['with none', { ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none' }],
    ['where the SDK is disabled', { ...COLLECTOR, OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }],
    ['where only a sampler is set', { OTEL_TRACES_SAMPLER: 'always_on' }],
  ])('not %s', (_when, env) => expect(read(env)).toBeUndefined());

  it.each([
    ['at the collector', COLLECTOR, 'http://collector:4318/v1/traces'],
    [
      'at the one for traces, with its path',
      { ...COLLECTOR, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces/in' },
      'https://traces/in',
    ],
    ['at the local one', { OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
  ])('%s', (_where, env, url) => expect(read(env)).toMatchObject({ url }));

  it('of a service by its name, unless told otherwise', () => {
    expect(read(COLLECTOR)).toMatchObject({
      sampler: 'parentbased_always_on',
      ratio: 1,
      resource: { 'service.name': 'wbiz-messaging', 'service.instance.id': 'messaging-1' },
    });
    const told = {
      ...COLLECTOR,
      OTEL_SERVICE_NAME: 'sender',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=a%20b,service.name=other',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x,x-tenant=7',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    };
    expect(read(told)).toMatchObject({
      sampler: 'traceidratio',
      ratio: 0.05,
      headers: { authorization: 'Bearer x', 'x-tenant': '7' },
      resource: { 'service.name': 'sender', 'deployment.environment.name': 'a b' },
    });
  });
});

it.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
])('%s is refused at start where it is %s', (name, value) => {
  expect(() => read({ ...COLLECTOR, [name]: value })).toThrow(name);
});

it('nothing of OpenTelemetry is loaded unless it is wanted', async () => {
  expect(await openTracing(undefined, {} as never)).toBeUndefined();
  const sources = readdirSync(import.meta.dirname).filter((file) => /^[\w-]+\.ts$/.test(file));
  const naming = (text: RegExp) =>
    sources.filter((file) => text.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')));
  expect(naming(/from '@opentelemetry\//)).toEqual(['otlp.ts']);
  expect(naming(/^import (?!type).*from '\.\/otlp\.js'/m)).toEqual([]);
});
