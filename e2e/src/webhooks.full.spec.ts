import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { receiver, type Receiver } from './webhook-receiver.js';
import { type Client } from './api-client.js';
import { startSystem, type System } from './system.js';
import { deliverThroughKills } from './delivery-through-kills.js';

jest.setTimeout(600_000);
let system: System;
let api: Client & { accountId: string };
let hooks: Receiver;
beforeAll(async () => {
  [system, hooks] = await Promise.all([startSystem({ replicas: { webhooks: 2 } }), receiver()]);
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1_000 });
  await system.control('POST', '/behaviour', { throughputPerSecond: 1_000 });
}, 180_000);
afterAll(async () => {
  await system?.stop();
  hooks?.close();
});

it('delivers every event of 5,000 messages, in order per conversation, though a replica is killed every 3 s', async () => {
  const found = await deliverThroughKills(system, api, hooks, { messages: 5_000, kills: 10 });
  console.log(found);
  expect(found.kills).toBeGreaterThanOrEqual(10);
  // A late status may be dropped; the first and the last status of each message arrive.
  expect(found.events).toBeGreaterThanOrEqual(2 * 5_000);
});
