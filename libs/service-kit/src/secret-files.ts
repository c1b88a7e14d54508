import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SERVICES, type Service } from '@wbiz/contracts/topics';

/** The secrets that provisioning makes, and their holders. All holders of a secret hold the same value. */
export const HOLDERS = {
  RPC_SECRET: SERVICES,
  TOKENS_KEY: ['gateway', 'messaging', 'templates'],
  WEBHOOKS_KEY: ['gateway', 'webhooks'],
  ANSWERS_KEY: ['gateway'],
  ADMIN_TOKEN: ['gateway'],
} satisfies Readonly<Record<string, readonly Service[]>>;
/**
 * Settings for previous keys. Other services that open tokens have none: the gateway gives them only tokens sealed with
 * the present key.
 */
const PREVIOUS: Readonly<Record<string, readonly Service[]>> = {
  TOKENS_KEY_PREVIOUS: ['gateway'],
  WEBHOOKS_KEY_PREVIOUS: ['gateway', 'webhooks'],
  ANSWERS_KEY_PREVIOUS: ['gateway'],
};

type Environment = NodeJS.Dict<string>;
export type SecretFiles = Record<Service, Environment>;

/** A store of the services' secrets. */
export type SecretStore = {
  readonly read: () => Promise<SecretFiles>;
  /** Writes the secrets that have changed since `read`. */
  readonly write: (files: SecretFiles) => Promise<void>;
};

export const secretFiles = (dir: string): SecretStore => ({
  read: async () => readSecretFiles(dir),
  write: async (files) => writeSecretFiles(dir, files),
});

const fileOf = (dir: string, service: Service) => join(dir, service, 'secrets.env');

export const readSecretFiles = (dir: string): SecretFiles =>
  Object.fromEntries(
    SERVICES.map((service) => {
      const file = fileOf(dir, service);
      return [service, existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}];
    }),
  ) as SecretFiles;

/**
 * Adds the secrets that services lack. An existing secret stays; a holder without it gets the other holders' value; a
 * secret that no holder has is taken from `given`, or made. `before`: keys of former versions, which all services shared.
 */
export function completed(kept: SecretFiles, given: Environment, before: readonly Buffer[]): SecretFiles {
  const files = structuredClone(kept);
  for (const [name, holders] of Object.entries(HOLDERS)) {
    const held = holders.map((service) => kept[service][name]).find(Boolean);
    const value = held ?? (given[name] || randomBytes(32).toString('base64'));
    for (const service of holders) files[service][name] ??= value;
  }
  for (const [name, holders] of Object.entries(PREVIOUS))
    for (const service of holders) {
      const keys = [kept[service][name], ...before.map((key) => key.toString('base64'))].join(',').split(',');
      const distinct = [...new Set(keys)].filter(Boolean);
      if (distinct.length) files[service][name] = distinct.join(',');
    }
  return files;
}

/** Writes the changed files, which only their owner can read. */
function writeSecretFiles(dir: string, files: SecretFiles): void {
  for (const service of SERVICES) {
    const file = fileOf(dir, service);
    const lines = Object.entries(files[service]).map(([name, value]) => `${name}=${value}\n`);
    const text = lines.join('');
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(join(dir, service), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.incoming`, text, { mode: 0o600 });
    renameSync(`${file}.incoming`, file);
  }
}
