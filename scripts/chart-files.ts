// Copies files into the Helm chart, which cannot read files outside of its folder.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Acl, kafkaAcls as AllAcls } from '../libs/service-kit/src/kafka-acls.ts';
import type { wantedTopics as WantedTopics } from '../libs/service-kit/src/provision.ts';
import { root } from './bootstrap.mjs';

type Granted = Omit<Acl, 'principal' | 'operation'> & { operations: string[] };

const FILES = 'deploy/helm/wbiz/files';
const OBSERVABILITY = 'deploy/observability';
const at = (file: string) => join(root, file);
const textOf = (file: string) => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : undefined);

type ChartFile = { readonly file: string; readonly text: string | undefined };

/** The chart's files that are out of date, with the text that they should have; undefined if the file should be deleted. */
export async function chartFiles(): Promise<readonly ChartFile[]> {
  const wanted = new Map<string, string | undefined>([[`${FILES}/kafka.json`, await kafka()]]);
  const alerts = textOf(`${OBSERVABILITY}/alerts.yaml`);
  if (alerts) wanted.set(`${FILES}/alerts.yaml`, alerts);
  for (const file of globSync(`${OBSERVABILITY}/*.json`, { cwd: root }))
    wanted.set(`${FILES}/dashboards/${basename(file)}`, textOf(file));
  const gone = globSync(`${FILES}/dashboards/*.json`, { cwd: root }).filter((file) => !wanted.has(file));
  return [...wanted, ...gone.map((file) => [file, undefined] as const)]
    .map(([file, text]) => ({ file, text }))
    .filter(({ file, text }) => textOf(file) !== text);
}

export function writeChartFiles(stale: readonly ChartFile[]): void {
  for (const { file, text } of stale) {
    if (text === undefined) rmSync(at(file));
    else writeFileSync(at(file), text);
  }
}

/** The topics, and the rights that each service's Kafka user needs, as JSON; names are without TOPIC_PREFIX. */
async function kafka(): Promise<string> {
  const { wantedTopics } = (await import(at('libs/service-kit/dist/provision.js'))) as {
    wantedTopics: typeof WantedTopics;
  };
  const { kafkaAcls } = (await import(at('libs/service-kit/dist/kafka-acls.js'))) as {
    kafkaAcls: typeof AllAcls;
  };
  const acls: Record<string, Granted[]> = {};
  for (const { principal, operation, ...of } of kafkaAcls()) {
    const own = (acls[principal.replace(/^wbiz-/, '')] ??= []);
    const same = own.find(
      ({ resource, name, prefixed }) =>
        resource === of.resource && name === of.name && prefixed === of.prefixed,
    );
    if (same) same.operations.push(operation);
    else own.push({ ...of, operations: [operation] });
  }
  const lines = (all: readonly object[]) =>
    `[\n${all.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`;
  const byService = Object.entries(acls).map(([service, own]) => `  "${service}": ${lines(own)}`);
  return `{\n  "topics": ${lines(wantedTopics({}))},\n  "acls": {\n${byService.join(',\n')}\n  }\n}\n`;
}
