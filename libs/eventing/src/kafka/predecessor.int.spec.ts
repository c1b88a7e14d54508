import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { embeddedStack, topicPrefix, until } from '@wbiz/testing/stack';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { connect, keptLog } from './kafka.samples.js';
import { dismissPredecessor } from './predecessor.js';

const prefix = topicPrefix();
const topic = `${prefix}topic`;
const clientId = `${prefix}predecessor`;
const kafka = new Kafka({ brokers: embeddedStack().brokers, clientId, logLevel: logLevel.NOTHING });
const admin = kafka.admin();

beforeAll(async () => {
  const ours = connect();
  await ours.ensureTopics([{ topic, partitions: 1 }]);
  await ours.close();
  await admin.connect();
});
afterAll(() => admin.disconnect());

it('a predecessor that leaves in the very moment in which it is dismissed has left', async () => {
  const groupId = `${prefix}group`;
  const members = async () => (await admin.describeGroups([groupId])).groups[0]!.members.length;
  const predecessor = kafka.consumer({ groupId, heartbeatInterval: 100, maxWaitTimeInMs: 100 });
  await predecessor.connect();
  await predecessor.subscribe({ topic });
  await predecessor.run({ eachMessage: async () => undefined });
  await until(async () => (await members()) === 1);

  const looksTooEarly = {
    describeGroups: async (ids: string[]) => {
      const found = await admin.describeGroups(ids);
      await predecessor.disconnect();
      return found;
    },
  } as Admin;
  await dismissPredecessor({ kafka, admin: looksTooEarly, logger: keptLog() }, { groupId, clientId });
  expect(await members()).toBe(0);
});
