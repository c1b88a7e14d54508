import { expect, it } from '@jest/globals';
import type { HttpAdapterHost } from '@nestjs/core';
import type { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import type { Runtime } from '@wbiz/service-kit/runtime';
import { MetaWebhookModule } from './meta-webhook.module.js';

const start = (change: object) => {
  const config = {
    META_APP_SECRET: 'real',
    META_VERIFY_TOKEN: 'real',
    CLOUD_API_URL: 'https://graph.facebook.com',
  };
  const runtime = { config: { ...config, ...change }, metrics: {} } as Runtime<typeof config>;
  let registered = false;
  const http = { httpAdapter: { getInstance: () => ({ register: () => (registered = true) }) } };
  new MetaWebhookModule(runtime, {} as BatchingProducer, http as unknown as HttpAdapterHost).onModuleInit();
  return registered;
};

it.each([
  ['META_APP_SECRET', 'simulator-app-secret'],
  ['META_VERIFY_TOKEN', 'simulator-verify-token'],
])('does not start with the simulator’s %s while Meta itself is asked', (name, secret) => {
  expect(() => start({ [name]: secret })).toThrow(name);
  expect(start({ [name]: secret, CLOUD_API_URL: 'http://127.0.0.1:4000' })).toBe(true);
});

it('starts with secrets of its own', () => expect(start({})).toBe(true));
