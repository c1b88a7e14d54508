import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';

type Rule = {
  readonly principal: string;
  readonly operation: 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Create';
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly prefixed: boolean;
};
const OPERATIONS = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Create: AclOperationTypes.CREATE,
};

/** Grants principals operations on topics and groups of a Kafka that denies all that is not granted. */
export async function allow(broker: string, rules: readonly Rule[]): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createAcls({
      acl: rules.map(({ principal, operation, resource, name, prefixed }) => ({
        principal: `User:${principal}`,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
        operation: OPERATIONS[operation],
        resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
        resourceName: name,
        resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      })),
    });
  } finally {
    await admin.disconnect();
  }
}
