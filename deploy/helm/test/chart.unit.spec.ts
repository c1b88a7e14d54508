import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';
import { readConfig, type Settings } from '@wbiz/service-kit/config';
import { kafkaAccess } from '@wbiz/service-kit/kafka-access';
import { kafkaAcls } from '@wbiz/service-kit/kafka-acls';
import { completed } from '@wbiz/service-kit/secret-files';
import { PEER_SETTINGS, PROVISION_SETTINGS, SERVICE_SETTINGS } from '@wbiz/service-kit/settings';
import { rpcTrust } from '@wbiz/service-kit/rpc-trust';
import { parse } from 'yaml';
import { SETTINGS as CAMPAIGNS } from '../../../apps/campaigns/src/campaigns.settings.js';
import { SETTINGS as GATEWAY } from '../../../apps/gateway/src/gateway.settings.js';
import { SETTINGS as MESSAGING } from '../../../apps/messaging/src/messaging.settings.js';
import { SETTINGS as TEMPLATES } from '../../../apps/templates/src/templates.settings.js';
import { SETTINGS as WEBHOOKS } from '../../../apps/webhooks/src/webhooks.settings.js';
import { chartPython } from '../../../scripts/chart-tools.ts';
import { CASES, REFUSED } from './values.js';

type Json = string | number | boolean | null | Json[] | Fields;
type Fields = { [name: string]: Json };
type Item = {
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: never;
};
type Variable = {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
};
type Pod = {
  metadata: { labels: Record<string, string> };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken: boolean;
    securityContext: Fields;
    hostNetwork?: boolean;
    containers: {
      name: string;
      command: string[];
      env: Variable[];
      envFrom?: { secretRef: { name: string } }[];
      securityContext: Fields;
      resources: { limits: Fields; requests: Fields };
      volumeMounts: { name: string; mountPath: string }[];
      ports?: { name: string; containerPort: number }[];
    }[];
    volumes: Record<string, Fields>[];
    initContainers?: unknown;
  };
};
type Rendered = { refused?: string; objects: Item[]; faults: string[]; notes: string };

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const read = (path: string) => readFileSync(here(path), 'utf8');
const OWN: Readonly<Record<Service, Settings>> = {
  gateway: GATEWAY,
  messaging: MESSAGING,
  contacts: {},
  templates: TEMPLATES,
  campaigns: CAMPAIGNS,
  webhooks: WEBHOOKS,
};
const python = chartPython();

/** The objects that check.py renders, and the faults that it finds, by case; a single run of Python serves all tests. */
const rendered: Readonly<Record<string, Rendered>> = python
  ? JSON.parse(
      execFileSync(python, [here('check.py')], {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        stdio: 'pipe',
        input: JSON.stringify({
          chart: here('../wbiz'),
          crds: readdirSync(here('crds')).map((file) => JSON.parse(read(`crds/${file}`))),
          cases: Object.fromEntries(
            [
              ...Object.entries(CASES),
              ...REFUSED.map(([why, values], at) => [`${at} ${why}`, { values, release: {} }] as const),
            ].map(([name, { values, release = {} }]) => [name, { values, release }]),
          ),
        }),
      }),
    )
  : {};
const of = (name: string) => rendered[name]!;
const named = (name: string, kind: string, item: string) =>
  of(name).objects.find((one) => one.kind === kind && one.metadata.name === item)!;
const all = (name: string, kind: string) => of(name).objects.filter((one) => one.kind === kind);
const podOf = (item: Item) => (item.spec as { template: Pod }).template;
const pods = (name: string) =>
  of(name).objects.filter(({ kind }) => ['Deployment', 'Job', 'StatefulSet'].includes(kind));
const containerOf = (name: string, item: string, kind = 'Deployment') =>
  podOf(named(name, kind, item)).spec.containers[0]!;
const names = Object.keys(CASES);

if (!python)
  it.skip('the Helm chart: there is no Python to check it with (npm run check says why)', () => undefined);

(python ? describe : describe.skip)('the chart', () => {
  it.each(names)('renders objects that Kubernetes takes: %s', (name) => {
    const { refused, faults, objects } = of(name);
    expect([refused, faults]).toEqual([undefined, []]);
    expect(objects.length).toBeGreaterThan(30);
  });

  it('shows the public no more paths than it is told', () => {
    type Routes = {
      rules: { http?: { paths: { path: string }[] }; matches?: { path: { value: string } }[] }[];
    };
    const paths = (name: string, kind: string) =>
      all(name, kind)
        .flatMap(({ spec }) => (spec as Routes).rules)
        .flatMap(({ http, matches }) =>
          http ? http.paths.map(({ path }) => path) : matches!.map(({ path: { value } }) => value),
        );
    expect([paths('everything', 'Ingress'), paths('everything', 'HTTPRoute')]).toEqual([
      ['/api/v1', '/api/meta/webhook'],
      ['/'],
    ]);
    expect(paths('README', 'Ingress')).toEqual(['/']);
  });

  it.each(REFUSED.map(([why], at) => [why, `${at} ${why}`]))('refuses values and says %s', (why, name) => {
    expect(of(name).refused).toContain(why.startsWith('/') ? `at '${why}` : why);
  });

  it('has a default for every value, and a schema for each', () => {
    type Schema = { properties?: Record<string, Schema>; $ref?: string; patternProperties?: object };
    const { definitions, ...schema } = JSON.parse(read('../wbiz/values.schema.json')) as Schema & {
      definitions: Record<string, Schema>;
    };
    const lacking: string[] = [];
    const compare = (given: Schema, value: unknown, place: string) => {
      const { properties = {}, patternProperties: areSettings } = given.$ref
        ? definitions[given.$ref.replace('#/definitions/', '')]!
        : given;
      if (value === undefined) lacking.push(place);
      else if (!areSettings)
        for (const [name, inner] of Object.entries(properties))
          compare(inner, (value as Fields)[name], [place, name].filter(Boolean).join('.'));
    };
    compare(schema, parse(read('../wbiz/values.yaml'), { merge: true }), '');
    expect(lacking).toEqual([]);
  });

  it.each(names)('restricts every container: %s', (name) => {
    for (const item of pods(name)) {
      const { spec } = podOf(item);
      expect([item.metadata.name, spec.securityContext]).toEqual([
        item.metadata.name,
        expect.objectContaining({
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        }),
      ]);
      expect([spec.hostNetwork, spec.initContainers]).toEqual([undefined, undefined]);
      expect(spec.automountServiceAccountToken).toBe(item.kind === 'Job');
      expect(all(name, 'ServiceAccount').map(({ metadata }) => metadata.name)).toContain(
        spec.serviceAccountName,
      );
      for (const volume of spec.volumes)
        expect(Object.keys(volume)).toEqual([
          'name',
          expect.stringMatching(/^(emptyDir|secret|persistentVolumeClaim)$/),
        ]);
      for (const { securityContext, resources } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toEqual({
          requests: { cpu: expect.anything(), memory: expect.anything() },
          limits: { memory: expect.anything() },
        });
      }
    }
  });

  it.each(names)('leads by every Service, probe and budget to pods and ports that there are: %s', (name) => {
    type Selector = Record<string, string>;
    const selected = (selector: Selector) =>
      pods(name).filter((item) =>
        Object.entries(selector).every(([label, value]) => podOf(item).metadata.labels[label] === value),
      );
    const portsOf = (item: Item) =>
      podOf(item).spec.containers.flatMap(({ ports = [] }) => ports.map((port) => port.name));
    for (const { metadata, spec } of all(name, 'Service')) {
      const { selector, ports } = spec as { selector: Selector; ports: { targetPort: string }[] };
      const [item, ...others] = selected(selector);
      expect([metadata.name, item?.kind, others]).toEqual([metadata.name, 'Deployment', []]);
      expect(portsOf(item!)).toEqual(expect.arrayContaining(ports.map(({ targetPort }) => targetPort)));
    }
    for (const { metadata, spec } of all(name, 'PodDisruptionBudget')) {
      const { selector } = spec as { selector: { matchLabels: Selector } };
      expect(selected(selector.matchLabels).map((item) => item.metadata.name)).toEqual([metadata.name]);
    }
    for (const item of pods(name)) {
      const probed = JSON.stringify(podOf(item).spec.containers).matchAll(
        /"path":"\/health\/\w+","port":"(\w+)"/g,
      );
      const targets = [...probed].map(([, port]) => port);
      expect(targets).toHaveLength(item.kind === 'Job' || item.metadata.name.endsWith('simulator') ? 0 : 3);
      expect(portsOf(item)).toEqual(expect.arrayContaining(targets));
    }
  });

  it('runs the simulator where it is asked for, and nowhere else', () => {
    const has = (name: string) => JSON.stringify(of(name).objects).includes('simulator');
    expect(names.filter(has)).toEqual(['simulator']);
  });

  it('gives each service the secrets that provisioning makes for it, and no other', () => {
    const former = [Buffer.alloc(32, 1)];
    const made = completed(
      Object.fromEntries(SERVICES.map((service) => [service, {}])) as ReturnType<typeof completed>,
      {},
      former,
    );
    for (const [name, secretOf] of [
      ['minimal', (service: Service) => `wbiz-${service}-secrets`],
      ['existing secrets', (service: Service) => `own-${service}`],
    ] as const)
      for (const service of SERVICES) {
        const held = [...Object.keys(made[service]), 'DATABASE_URL'];
        if (['messaging', 'templates'].includes(service)) held.push('TOKENS_KEY_PREVIOUS');
        const refs = containerOf(name, `wbiz-${service}`).env.flatMap(({ valueFrom }) =>
          valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : [],
        );
        const own = refs.filter((ref) => ref.name === secretOf(service));
        expect(own.map(({ key }) => key).sort()).toEqual(held.sort());
        expect(own.filter(({ optional }) => optional).map(({ key }) => key)).toEqual(
          own.map(({ key }) => key).filter((key) => key.endsWith('_PREVIOUS')),
        );
        const others = refs.filter((ref) => ref.name !== secretOf(service)).map(({ key }) => key);
        expect(others).toEqual(service === 'gateway' ? ['META_APP_SECRET', 'META_VERIFY_TOKEN'] : []);
      }
  });

  /** The environment variables that the kubelet would set, with made-up values of Secrets and mounted files. */
  function environmentOf(name: string, item: string, kind?: string): NodeJS.ProcessEnv {
    const made = ({ name: variable, value, valueFrom }: Variable): string => {
      if (variable.endsWith('_KEY') && !variable.startsWith('KAFKA') && !variable.startsWith('RPC_TLS'))
        return Buffer.alloc(32, 1).toString('base64');
      if (variable === 'RPC_SECRET' || variable.endsWith('_PREVIOUS'))
        return Buffer.alloc(32, 2).toString('base64');
      if (variable === 'DATABASE_URL') return 'postgres://role:password@postgres/wbiz';
      if (valueFrom?.secretKeyRef) return 'a secret of sixteen characters';
      if (value?.startsWith('/etc/wbiz/')) return here('values.ts');
      return (value ?? '10.0.0.7').replace('$(POD_IP)', '10.0.0.7');
    };
    const { env } = containerOf(name, item, kind);
    return Object.fromEntries(env.map((variable) => [variable.name, made(variable)]));
  }
  const releaseOf = (name: string) => (name === 'another release' ? 'staging-wbiz' : 'wbiz');
  const tableOf = (service: Service) => ({ ...SERVICE_SETTINGS, ...PEER_SETTINGS, ...OWN[service] });

  it.each(names)('sets what each service reads so that it starts: %s', (name) => {
    for (const service of SERVICES) {
      const env = environmentOf(name, `${releaseOf(name)}-${service}`);
      const config = readConfig(tableOf(service), env);
      const kafka = kafkaAccess(config);
      expect([Boolean(kafka.ssl), kafka.sasl?.mechanism]).toEqual([
        env['KAFKA_SSL'] === 'true',
        env['KAFKA_SASL_MECHANISM'],
      ]);
      expect(Boolean(rpcTrust(config).tls)).toBe(Boolean(env['RPC_TLS_CERT']));
      expect(config.MIGRATE_ON_START).toBe(false);
    }
    const [job] = all(name, 'Job');
    const env = environmentOf(name, job!.metadata.name, 'Job');
    const { KUBERNETES_SECRETS, ...config } = readConfig(PROVISION_SETTINGS, env);
    expect(Object.keys(KUBERNETES_SECRETS!)).toEqual(SERVICES);
    expect(config.MIGRATE).toBe(true);
    kafkaAccess(config);
  });

  it('lets every setting be set that it does not set itself', () => {
    // The chart sets the ports; REPLICA has a default.
    const itself = ['PORT', 'HEALTH_PORT', 'RPC_PORT', 'REPLICA'];
    type Table = { properties: object; patternProperties: object };
    const schema = JSON.parse(read('../wbiz/values.schema.json')) as {
      properties: { services: { properties: Record<Service, { properties: { settings: Table } }> } };
    };
    for (const service of SERVICES) {
      const { settings } = schema.properties.services.properties[service].properties;
      const rendered = names
        .filter((name) => name !== 'another release')
        .flatMap((name) => containerOf(name, `wbiz-${service}`).env.map((variable) => variable.name));
      const can = new Set([...itself, ...Object.keys(settings.properties), ...rendered, 'RPC_ADVERTISE']);
      const patterns = Object.keys(settings.patternProperties).map((pattern) => new RegExp(pattern));
      const cannot = Object.keys(tableOf(service)).filter(
        (one) => !can.has(one) && !patterns.some((pattern) => pattern.test(one)),
      );
      expect([service, cannot]).toEqual([service, []]);
    }
    const provisioned = names.flatMap((name) =>
      podOf(all(name, 'Job')[0]!).spec.containers[0]!.env.map((variable) => variable.name),
    );
    // SECRETS_DIR is not needed: the chart sets KUBERNETES_SECRETS.
    expect(
      Object.keys(PROVISION_SETTINGS).filter((one) => one !== 'SECRETS_DIR' && !provisioned.includes(one)),
    ).toEqual([]);
  });

  it('names a file, a Secret or a claim only where something makes it, or values name it', () => {
    for (const name of names) {
      const { objects } = of(name);
      const made = (kind: string) => objects.flatMap((one) => (one.kind === kind ? one.metadata.name : []));
      const said = JSON.stringify(CASES[name]!.values);
      const provisioned = containerOf(name, all(name, 'Job')[0]!.metadata.name, 'Job').env.find(
        (variable) => variable.name === 'KUBERNETES_SECRETS',
      )!.value!;
      const users = objects.flatMap((one) => (one.kind === 'KafkaUser' ? one.metadata.name : []));
      const isKnown = (secret: string) =>
        made('Secret').includes(secret) ||
        provisioned.split(/[=,]/).includes(secret) ||
        users.includes(secret) ||
        said.includes(`"${secret}"`) ||
        (users.length > 0 && secret === 'events-cluster-ca-cert');
      const unknown = pods(name).flatMap((item) => {
        const { containers, volumes } = podOf(item).spec;
        const secrets = [
          ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef.name)),
          ...containers.flatMap(({ env }) =>
            env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
          ),
          ...volumes.flatMap(
            ({ secret }) => (secret as { secretName?: string } | undefined)?.secretName ?? [],
          ),
        ];
        const claims = volumes.flatMap(
          ({ persistentVolumeClaim: claim }) => (claim?.['claimName'] as string) ?? [],
        );
        const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name));
        return [
          ...secrets.filter((secret) => !isKnown(secret)),
          ...claims.filter((claim) => !made('PersistentVolumeClaim').includes(claim)),
          ...mounts.filter((mount) => !volumes.some((volume) => (volume['name'] as unknown) === mount)),
        ];
      });
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it.each(names)(
    'runs the Job before the services, with all that it needs, and leaves no rights behind: %s',
    (name) => {
      const hookOf = ({ metadata: { annotations = {} } }: Item) => annotations['helm.sh/hook'];
      const weightOf = ({ metadata: { annotations = {} } }: Item) =>
        Number(annotations['helm.sh/hook-weight']);
      const [job] = all(name, 'Job');
      if (name.startsWith('Strimzi')) {
        // With Strimzi the Job is no hook: Strimzi makes the Secrets that the Job needs only from KafkaUsers of the same release.
        expect(of(name).objects.filter(hookOf)).toEqual([]);
        expect(job!.metadata.name).toMatch(/^wbiz-provision-[0-9a-f]{8}$/);
        return;
      }
      expect(hookOf(job!)).toBe('pre-install,pre-upgrade');
      const before = of(name).objects.filter((item) => hookOf(item) && item !== job);
      expect(before.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['ServiceAccount', 'Role', 'RoleBinding']),
      );
      for (const item of before) {
        expect(weightOf(item)).toBeLessThan(weightOf(job!));
        expect(item.metadata.annotations!['helm.sh/hook-delete-policy']).toBe(
          'before-hook-creation,hook-succeeded',
        );
      }
      const { containers, volumes, serviceAccountName } = podOf(job!).spec;
      const needs = [
        ...containers[0]!.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
        ...volumes.flatMap(({ secret }) => (secret as { secretName?: string } | undefined)?.secretName ?? []),
      ];
      const late = of(name).objects.filter((item) => item.kind === 'Secret' && !hookOf(item));
      expect(needs.filter((secret) => late.some(({ metadata }) => metadata.name === secret))).toEqual([]);
      expect(
        before.some((item) => item.kind === 'ServiceAccount' && item.metadata.name === serviceAccountName),
      ).toBe(true);
    },
  );

  it('lets provisioning reach the Secrets of the services and none else', () => {
    const { rules } = named('existing secrets', 'Role', 'wbiz-provision') as unknown as { rules: Fields[] };
    expect(rules).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        verbs: ['get', 'patch'],
        resourceNames: SERVICES.map((service) => `own-${service}`),
      },
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ]);
  });

  it.each(names.filter((name) => name !== 'everything off'))('opens named ports only: %s', (name) => {
    type Rule = { ports?: { port: number | string; protocol: string }[]; from?: Fields[]; to?: Fields[] };
    type Policy = {
      podSelector: { matchLabels: Record<string, string>; matchExpressions?: { values: string[] }[] };
      policyTypes: string[];
      ingress?: Rule[];
      egress?: Rule[];
    };
    const policies = all(name, 'NetworkPolicy').map((item) => ({
      name: item.metadata.name,
      ...(item.spec as Policy),
    }));
    const appliesTo =
      (component: string) =>
      ({ podSelector: { matchLabels, matchExpressions = [] } }: Policy) =>
        [undefined, component].includes(matchLabels['app.kubernetes.io/component']) &&
        matchExpressions.every(({ values }) => values.includes(component));
    const rules = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
    expect(rules.filter(({ ports = [] }) => ports.length === 0)).toEqual([]);
    const isSelector = (peer: Fields) => 'podSelector' in peer && !('namespaceSelector' in peer);
    for (const service of SERVICES) {
      const own = policies.filter(appliesTo(service));
      expect(own.flatMap(({ policyTypes }) => policyTypes)).toEqual(
        expect.arrayContaining(['Ingress', 'Egress']),
      );
      const fromOutside = own
        .flatMap(({ ingress = [] }) => ingress)
        .filter(({ from }) => !from || !from.every(isSelector))
        .flatMap(({ ports }) => ports!.map(({ port }) => port));
      expect([service, fromOutside.filter((port) => port !== 'health')]).toEqual([
        service,
        service === 'gateway' ? ['http'] : [],
      ]);
      const egress = own.flatMap(({ egress: out = [] }) =>
        out.flatMap(({ ports }) => ports!.map(({ port }) => port)),
      );
      const brokers = containerOf(name, `${releaseOf(name)}-${service}`).env.find(
        (variable) => variable.name === 'KAFKA_BROKERS',
      )!.value!;
      const wanted = [53, 8082, ...brokers.split(',').map((broker) => Number(/\d+$/.exec(broker)![0]))];
      if (service === 'webhooks') wanted.push(443, 8443);
      wanted.push(
        name === 'everything' ? 6432 : JSON.stringify(CASES[name]).includes(':5433/') ? 5433 : 5432,
      );
      if (name === 'everything') wanted.push(4318);
      if (name === 'everything' && service === 'messaging') wanted.push(443, 9000);
      if (name === 'managed Kafka, OAUTHBEARER') wanted.push(8443);
      if (name === 'simulator' && service === 'messaging') wanted.push(4000);
      expect([service, [...new Set(egress)]]).toEqual([service, expect.arrayContaining(wanted)]);
    }
  });

  it('lets traffic to Meta and webhooks reach no private network', () => {
    type Policy = { egress: { to: { ipBlock: { cidr: string; except?: string[] } }[] }[] };
    const blocks = (name: string, policy: string) =>
      (named(name, 'NetworkPolicy', policy).spec as Policy).egress[0]!.to.map(({ ipBlock }) => ipBlock);
    expect(blocks('minimal', 'wbiz-meta')).toEqual([
      {
        cidr: '0.0.0.0/0',
        except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
      },
      { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] },
    ]);
    expect(blocks('everything', 'wbiz-webhooks').slice(2)).toEqual([
      { cidr: '10.1.2.3/32' },
      { cidr: '192.168.7.0/24' },
      { cidr: 'fd00::1/128' },
    ]);
  });

  it('gives each KafkaUser the rights of its service, and makes the topics that provisioning makes', () => {
    type User = { authorization: { acls: { resource: Fields; operations: string[] }[] } };
    const prefix = 'staging.';
    const given = all('Strimzi, SCRAM', 'KafkaUser').flatMap(({ metadata: { name }, spec }) =>
      (spec as User).authorization.acls.flatMap(({ resource, operations }) =>
        operations.map((operation) => ({
          principal: name,
          operation,
          resource: resource['type'],
          name: resource['name'],
          prefixed: resource['patternType'] === 'prefix',
        })),
      ),
    );
    const sorted = (acls: readonly object[]) => acls.map((acl) => JSON.stringify(acl)).sort();
    expect(sorted(given)).toEqual(sorted(kafkaAcls(prefix)));
    type Topic = { topicName: string; partitions: number; replicas: number; config: Fields };
    const made = all('Strimzi, SCRAM', 'KafkaTopic').map(({ spec }) => spec as Topic);
    const { events } = topics(prefix);
    const config = (topic: string) => made.find(({ topicName }) => topicName === topic);
    expect(made).toHaveLength(SERVICES.length + 5);
    expect(config(events)).toEqual({
      topicName: events,
      partitions: 16,
      replicas: 3,
      config: { 'retention.ms': '-1', 'cleanup.policy': 'delete', 'min.insync.replicas': '2' },
    });
  });

  it('scales a service by its consumer lag, read with its own rights', () => {
    type Scaled = { triggers: { metadata: Record<'topic' | 'consumerGroup', string> }[] };
    const { commands, inbound, inboundChanges, events } = topics('staging.');
    const waits = Object.fromEntries(
      all('Strimzi, SCRAM', 'ScaledObject').map(({ metadata, spec }) => [
        metadata.name,
        (spec as Scaled).triggers.map(({ metadata: { topic, consumerGroup } }) => [topic, consumerGroup]),
      ]),
    );
    expect(waits).toEqual({
      'wbiz-messaging': [
        [commands('messaging'), 'staging.wbiz.messaging'],
        [inbound, 'staging.wbiz.messaging'],
      ],
      'wbiz-contacts': [
        [commands('contacts'), 'staging.wbiz.contacts'],
        [inboundChanges, 'staging.wbiz.contacts'],
      ],
      'wbiz-templates': [
        [commands('templates'), 'staging.wbiz.templates'],
        [inboundChanges, 'staging.wbiz.templates'],
      ],
      'wbiz-campaigns': [[commands('campaigns'), 'staging.wbiz.campaigns']],
      'wbiz-webhooks': [
        [commands('webhooks'), 'staging.wbiz.webhooks'],
        [events, 'staging.wbiz.webhooks.feed'],
      ],
    });
    const mayRead = (principal: string, resource: string, name: string) =>
      kafkaAcls('staging.').some(
        (acl) =>
          acl.principal === principal &&
          acl.operation === 'Read' &&
          acl.resource === resource &&
          (acl.prefixed ? name.startsWith(acl.name) : name === acl.name),
      );
    for (const [principal, lists] of Object.entries(waits))
      for (const [topic, group] of lists)
        expect([topic, mayRead(principal, 'topic', topic!), mayRead(principal, 'group', group!)]).toEqual([
          topic,
          true,
          true,
        ]);
  });

  it.each([
    ['10.244.3.7', '10-244-3-7'],
    ['fd00:10::2a', 'fd00-10--2a'],
  ])('calls the pod at %s by a name that a certificate can hold', (address, label) => {
    const { command, env } = containerOf('IPv6, with TLS between the services', 'wbiz-messaging');
    const [shell, option, script] = command;
    const told = execFileSync(shell!, [option!, script!.replace(/exec node .*/, 'echo "$RPC_ADVERTISE"')], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        POD_IP: address,
        RPC_DOMAIN: env.find(({ name }) => name === 'RPC_DOMAIN')!.value,
      },
    });
    expect(told.trim()).toBe(`${label}.wbiz-messaging-rpc.prod.svc.cluster.local:8082`);
    expect(
      readConfig({ RPC_ADVERTISE: SERVICE_SETTINGS.RPC_ADVERTISE }, { RPC_ADVERTISE: told.trim() }),
    ).toBeTruthy();
  });

  it('has alerts and dashboards where values ask for them', () => {
    const alerts = named('everything', 'PrometheusRule', 'wbiz');
    expect(alerts.spec).toEqual(parse(read('../wbiz/files/alerts.yaml')));
    expect(alerts.metadata.labels).toMatchObject({ release: 'prometheus' });
    const files = readdirSync(here('../wbiz/files')).includes('dashboards')
      ? readdirSync(here('../wbiz/files/dashboards'))
      : [];
    const shown = all('everything', 'ConfigMap').filter(
      ({ metadata }) => metadata.labels['grafana_dashboard'] === '1',
    ) as unknown as { data: Record<string, string> }[];
    expect(Object.assign({}, ...shown.map(({ data }) => data))).toEqual(
      Object.fromEntries(files.map((file) => [file, read(`../wbiz/files/dashboards/${file}`).trim()])),
    );
  });

  it('says what to do next', () => {
    expect(of('minimal').notes).toContain('get secret wbiz-gateway-secrets');
    expect(of('everything').notes).toContain('https://api.example.com/api/meta/webhook');
    expect(of('simulator').notes).toContain('WBIZ_ACCESS_TOKEN=simulator-token');
  });
});
