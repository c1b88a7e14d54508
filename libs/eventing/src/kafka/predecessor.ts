import { networkInterfaces } from 'node:os';
import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from '../logger.js';

/**
 * Internals of kafkajs 2.2.4 (index.js, cluster/index.js, broker/index.js), used since its admin client cannot remove a
 * member.
 */
type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
};
type Coordinator = { leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown> };
const CREATE_CLUSTER = 'private:Kafka:createCluster';

/**
 * Removes a member whose process died without leaving the group: a join would wait until the dead member's session
 * times out. A member with this client id and a host address of ours is dead: no two live processes share both.
 */
export async function dismissPredecessor(
  { kafka, admin, logger }: { kafka: Kafka; admin: Admin; logger: Logger },
  { groupId, clientId }: { readonly groupId: string; readonly clientId: string },
): Promise<void> {
  const { groups } = await admin.describeGroups([groupId]);
  const here = new Set(
    Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  );
  const gone = (groups[0]?.members ?? []).filter(
    (member) => member.clientId === clientId && here.has(member.clientHost.replace(/^\//, '')),
  );
  if (gone.length === 0) return;
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === CREATE_CLUSTER,
  );
  if (!symbol) throw new Error(`kafkajs has no ${CREATE_CLUSTER} any more.`);
  const cluster = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!({});
  try {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    for (const { memberId } of gone)
      await coordinator.leaveGroup({ groupId, memberId }).catch((error: { readonly type?: string }) => {
        if (error.type !== 'UNKNOWN_MEMBER_ID') throw error; // the member's session has ended meanwhile
      });
    logger.info(
      { group: groupId, members: gone.length },
      'consumer: a dead predecessor was removed from the group; joining at once',
    );
  } finally {
    await cluster.disconnect();
  }
}
