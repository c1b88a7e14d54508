import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { readConfig, type InvalidConfig } from './config.js';
import { SERVICE_SETTINGS } from './settings.js';
import { rpcTrust } from './rpc-trust.js';

const dir = mkdtempSync(join(tmpdir(), 'wbiz-trust-'));
afterAll(() => rmSync(dir, { recursive: true }));
const files = Object.fromEntries(
  ['CERT', 'KEY', 'CA'].map((name) => {
    const file = join(dir, name);
    writeFileSync(file, `the ${name}`);
    return [`RPC_TLS_${name}`, file];
  }),
);
const secret = Buffer.alloc(32, 'x');
const trust = (env: NodeJS.ProcessEnv) =>
  rpcTrust(
    readConfig(SERVICE_SETTINGS, {
      RPC_SECRET: secret.toString('base64'),
      DATABASE_URL: 'postgres://a/b',
      KAFKA_BROKERS: 'a:1',
      ...env,
    }),
  );

it('is the secret alone, unless there are certificates', () => {
  expect(trust({})).toEqual({ secret });
  const [cert, key, ca] = ['the CERT', 'the KEY', 'the CA'].map((text) => Buffer.from(text));
  expect(trust(files)).toEqual({ secret, tls: { cert, key, ca } });
});

it.each(Object.keys(files))('never leaves TLS out because %s is missing', (name) => {
  const faults = (() => {
    try {
      return trust({ ...files, [name]: undefined });
    } catch (error) {
      return (error as InvalidConfig).faults.map((fault) => fault.name);
    }
  })();
  expect(faults).toEqual([name]);
});

it('takes no file that is not there, nor a directory', () => {
  for (const path of [join(dir, 'nothing'), dir])
    expect(() => trust({ ...files, RPC_TLS_KEY: path })).toThrow(
      'expected the path of a file that can be read',
    );
});
