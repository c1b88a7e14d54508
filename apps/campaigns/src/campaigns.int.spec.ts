import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { provision } from '@wbiz/service-kit/provision';
import { startService } from '@wbiz/service-kit/run-service';
import { embeddedStack, freePort, freshDatabase, topicPrefix, until } from '@wbiz/testing/stack';
import { CampaignsModule } from './campaigns.module.js';

it('becomes ready and answers log.head', async () => {
  const database = await freshDatabase();
  const { brokers } = embeddedStack();
  const topicsOf = topicPrefix();
  const secretKey = randomBytes(32);
  const { databaseUrls } = await provision({
    databaseUrl: database.url,
    brokers,
    topicPrefix: topicsOf,
    secretKey,
    services: ['campaigns'],
  });
  const [healthPort, rpcPort] = [await freePort(), await freePort()];
  const service = await startService(
    { name: 'campaigns', module: CampaignsModule },
    {
      HEALTH_PORT: String(healthPort),
      RPC_PORT: String(rpcPort),
      DATABASE_URL: databaseUrls.campaigns,
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: topicsOf,
      SECRET_KEY: secretKey.toString('base64'),
      LOG_LEVEL: 'fatal',
    },
  );
  const rpc = new RpcClient(`127.0.0.1:${rpcPort}`);
  try {
    await until(async () => (await fetch(`http://127.0.0.1:${healthPort}/health/ready`)).ok);
    const head = await rpc.request('log.head', { accountId: newId('acc') });
    expect(head).toEqual({ partition: expect.any(Number), sequence: 0 });
  } finally {
    rpc.close();
    await service.stop();
    await database.drop();
  }
});
