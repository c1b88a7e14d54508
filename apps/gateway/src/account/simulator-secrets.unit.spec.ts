import { expect, it } from '@jest/globals';
import { isSimulatorSecretForMeta } from './simulator-secrets.js';

it.each([
  'http://127.0.0.1:4000',
  'http://127.9.9.9',
  'http://[::1]:4000',
  'http://localhost:4000',
  'http://simulator:4000',
  'http://simulator.wbiz.svc.cluster.local/graph',
])('takes the secrets of the simulator for %s', (url) =>
  expect(isSimulatorSecretForMeta('simulator-token', url)).toBe(false),
);

it.each([
  'https://graph.facebook.com',
  'https://simulators.example.com',
  'https://graph.simulator',
  'https://localhostess.example.com',
  'http://10.0.0.1',
  'http://[2001:db8::1]',
])('refuses them for %s', (url) => {
  expect(isSimulatorSecretForMeta('simulator-token', url)).toBe(true);
  expect(isSimulatorSecretForMeta('EAAG1', url)).toBe(false);
});
