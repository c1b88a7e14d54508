import { pathToFileURL } from 'node:url';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';

/** One thing that a principal may do at Kafka. `prefixed`: with all names that begin so. */
export type Acl = {
  readonly principal: string;
  /** As kafka-acls.sh names it. */
  readonly operation: 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Create';
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly prefixed: boolean;
};

type Access = {
  /** Those to whom it sends commands. */
  readonly commands?: readonly Service[];
  readonly writes?: readonly ('inbound' | 'inboundChanges' | 'inboundRaw')[];
  readonly reads?: readonly ('inbound' | 'inboundChanges' | 'inboundRaw' | 'deadLetters')[];
};

/** Beyond what every service may do: read its own commands, read and write the shared log, write dead letters. */
const ACCESS: Readonly<Record<Service, Access>> = {
  gateway: {
    commands: SERVICES,
    writes: ['inbound', 'inboundChanges', 'inboundRaw'],
    reads: ['inboundChanges', 'inboundRaw', 'deadLetters'],
  },
  messaging: { reads: ['inbound'] },
  contacts: { reads: ['inboundChanges'] },
  templates: { reads: ['inboundChanges'] },
  campaigns: { commands: ['messaging'] },
  webhooks: {},
};

/** What the principals of an installation may do, and no more: `wbiz-<service>` each, and `wbiz-provision`. */
export function kafkaAcls(prefix = ''): readonly Acl[] {
  const name = topics(prefix);
  const may = (
    principal: string,
    operation: Acl['operation'],
    resource: Acl['resource'],
    of: string,
    prefixed = false,
  ): Acl => ({ principal: `wbiz-${principal}`, operation, resource, name: of, prefixed });

  const ofService = (service: Service): Acl[] => {
    const { commands = [], writes = [], reads = [] } = ACCESS[service];
    const read = [name.commands(service), name.events, ...reads.map((topic) => name[topic])];
    const write = [
      name.events,
      name.deadLetters,
      ...commands.map(name.commands),
      ...writes.map((topic) => name[topic]),
    ];
    return [
      ...read.map((topic) => may(service, 'Read', 'topic', topic)),
      ...write.map((topic) => may(service, 'Write', 'topic', topic)),
      may(service, 'Read', 'group', `${prefix}wbiz.${service}`),
      may(service, 'Read', 'group', `${prefix}wbiz.${service}.`, true),
      // Of readers of a span, which come and go.
      ...read.map((topic) => may(service, 'Read', 'group', `${topic}.read.`, true)),
      // Of whoever looks for one event there.
      may(service, 'Read', 'group', `${name.events}.find.`, true),
    ];
  };
  return [
    may('provision', 'Create', 'topic', `${prefix}wbiz.`, true),
    may('provision', 'Describe', 'topic', `${prefix}wbiz.`, true),
    may('provision', 'DescribeConfigs', 'topic', `${prefix}wbiz.`, true),
    ...SERVICES.flatMap(ofService),
  ];
}

/** As a program: the arguments of kafka-acls.sh, a line each; TOPIC_PREFIX from the environment. */
function main(): void {
  for (const { principal, operation, resource, name, prefixed } of kafkaAcls(
    process.env['TOPIC_PREFIX'] ?? '',
  ))
    process.stdout.write(
      `--add --allow-principal User:${principal} --operation ${operation} --${resource} ${name}${prefixed ? ' --resource-pattern-type prefixed' : ''}\n`,
    );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
