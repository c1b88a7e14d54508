import { pathToFileURL } from 'node:url';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';

/** One operation that Kafka allows a principal. `prefixed`: on all resources whose names begin with `name`. */
export type Acl = {
  readonly principal: string;
  /** The operation, as kafka-acls.sh spells it. */
  readonly operation: 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Create';
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly prefixed: boolean;
};

type Access = {
  /** The services to which the service sends commands. */
  readonly commands?: readonly Service[];
  readonly writes?: readonly ('inbound' | 'inboundChanges' | 'inboundRaw')[];
  readonly reads?: readonly ('inbound' | 'inboundChanges' | 'inboundRaw' | 'deadLetters')[];
};

/**
 * The permissions of a service besides reading its own commands, reading and writing the shared log, and writing dead
 * letters.
 */
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

/** All permissions of an installation's principals: one `wbiz-<service>` each, and `wbiz-provision`. */
export function kafkaAcls(prefix = ''): readonly Acl[] {
  const name = topics(prefix);
  const may = (
    principal: string,
    operation: Acl['operation'],
    resource: Acl['resource'],
    of: string,
  ): Acl => ({ principal: `wbiz-${principal}`, operation, resource, name: of, prefixed: false });
  const mayAll = (...given: Parameters<typeof may>): Acl => ({ ...may(...given), prefixed: true });

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
      mayAll(service, 'Read', 'group', `${prefix}wbiz.${service}.`),
      // Short-lived consumer groups that read a span of a topic.
      ...read.map((topic) => mayAll(service, 'Read', 'group', `${topic}.read.`)),
      // Short-lived consumer groups that search for one event.
      mayAll(service, 'Read', 'group', `${name.events}.find.`),
    ];
  };
  return [
    mayAll('provision', 'Create', 'topic', `${prefix}wbiz.`),
    mayAll('provision', 'Describe', 'topic', `${prefix}wbiz.`),
    mayAll('provision', 'DescribeConfigs', 'topic', `${prefix}wbiz.`),
    ...SERVICES.flatMap(ofService),
  ];
}

/** As a program: prints the arguments of kafka-acls.sh, a line per rule; reads TOPIC_PREFIX from the environment. */
function main(): void {
  for (const { principal, operation, resource, name, prefixed } of kafkaAcls(
    process.env['TOPIC_PREFIX'] ?? '',
  ))
    process.stdout.write(
      `--add --allow-principal User:${principal} --operation ${operation} --${resource} ${name}${prefixed ? ' --resource-pattern-type prefixed' : ''}\n`,
    );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
