// npx node deploy/helm/test/crds.ts: writes crds/*.json, the CRDs of KEDA, Prometheus, Strimzi and Gateway API against which
// tests check the chart's objects: one version of each, without descriptions. Needs Go, Maven and a Java newer than 17
// (JAVA). Run it after a change of a version below.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const STRIMZI = '1.2.0';
type Source = { module: string; file: string } | { strimzi: string };
const SOURCES: readonly Source[] = [
  { module: 'github.com/kedacore/keda/v2@v2.21.0', file: 'config/crd/bases/keda.sh_scaledobjects.yaml' },
  {
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    file: 'config/crd/bases/keda.sh_triggerauthentications.yaml',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  },
  {
    module: 'sigs.k8s.io/gateway-api@v1.4.1',
    file: 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  },
  { strimzi: 'io.strimzi.api.kafka.model.topic.KafkaTopic' },
  { strimzi: 'io.strimzi.api.kafka.model.user.KafkaUser' },
];
const WANTED: Readonly<Record<string, string>> = { 'keda.sh': 'v1alpha1' };

const work = mkdtempSync(join(tmpdir(), 'wbiz-crds-'));
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

for (const source of SOURCES)
  write(
    parse(
      'strimzi' in source
        ? generated(source.strimzi)
        : readFileSync(join(dirOf(source.module), source.file), 'utf8'),
    ) as Crd,
  );
rmSync(work, { recursive: true });

function dirOf(module: string): string {
  return (JSON.parse(run('go', 'mod', 'download', '-json', module)) as { Dir: string }).Dir;
}

function generated(type: string): string {
  const dependency = (name: string) =>
    `<dependency><groupId>io.strimzi</groupId><artifactId>${name}</artifactId><version>${STRIMZI}</version></dependency>`;
  writeFileSync(
    join(work, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>
    <dependencies>${dependency('api')}${dependency('crd-generator')}</dependencies></project>`,
  );
  run('mvn', '-B', '-q', 'dependency:copy-dependencies', `-DoutputDirectory=${join(work, 'lib')}`);
  const to = join(work, `${type}.yaml`);
  const java = process.env.JAVA ?? 'java';
  run(java, '-cp', join(work, 'lib', '*'), 'io.strimzi.crdgenerator.CrdGenerator', '--yaml', `${type}=${to}`);
  return readFileSync(to, 'utf8');
}

type Crd = {
  spec: {
    group: string;
    names: { kind: string; plural: string };
    scope: string;
    versions: { name: string; schema: object }[];
  };
};

function write({ spec: { group, names, scope, versions } }: Crd): void {
  const { name, schema } = versions.find((version) => version.name === (WANTED[group] ?? 'v1'))!;
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${names.plural}.${group}`,
      // API servers accept a CRD whose group ends in .k8s.io only with this annotation.
      ...(group.endsWith('.k8s.io') && {
        annotations: {
          'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/2997',
        },
      }),
    },
    spec: {
      group,
      names,
      scope,
      versions: [
        { name, served: true, storage: true, subresources: { status: {} }, schema: withoutWords(schema) },
      ],
    },
  };
  writeFileSync(new URL(`crds/${names.kind}.json`, import.meta.url), `${JSON.stringify(crd)}\n`);
}

/** Removes all descriptions from a schema, but not properties that are named `description`. */
function withoutWords(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutWords(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => inProperties || key !== 'description')
      .map(([key, one]) => [key, withoutWords(one, key === 'properties' && !inProperties)]),
  );
}
