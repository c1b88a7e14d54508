import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readYourWrites } from './read-your-writes.js';
import { type Client } from './api-client.js';
import { startSystem, type System } from './system.js';

let system: System;
let api: Client;
beforeAll(async () => {
  system = await startSystem({ replicas: { gateway: 2, contacts: 2 } });
  api = await system.connect();
}, 120_000);
afterAll(() => system?.stop());

it('reads what was just written, in a thousand random sequences', async () => {
  expect(await readYourWrites(api, 1_000)).toEqual([]);
});
