import { SEALING_KEYS, type PresentKeys } from '@wbiz/contracts/sealed';
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** Thrown for a sealed text that cannot be opened: its key is unknown, it was changed, or it has another owner. */
export class UnsealFailed extends Error {
  override readonly name = 'UnsealFailed';
}

/**
 * Seals texts with AES-256-GCM under `key` (32 bytes) and opens texts that `key` or one of `previous` sealed. A sealed
 * text names its key's id. It opens only with the `owner` (such as an account's id) it was sealed with, so it cannot be
 * moved to another row.
 */
export class Secrets {
  /** Key ids: the first 8 hex digits of a key's SHA-256. */
  readonly present: string;
  readonly previous: readonly string[];
  private readonly keys: ReadonlyMap<string, Buffer>;

  constructor({ key, previous = [] }: { key: Buffer; previous?: readonly Buffer[] | undefined }) {
    this.present = idOf(key);
    this.keys = new Map([key, ...previous].map((one) => [idOf(one), derive(one)]));
    this.previous = [...this.keys.keys()].filter((id) => id !== this.present);
  }

  seal(text: string, owner: string): string {
    const nonce = randomBytes(NONCE);
    const head = `${VERSION}.${this.present}`;
    const cipher = createCipheriv(ALGORITHM, this.keys.get(this.present)!, nonce).setAAD(aad(head, owner));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${head}.${sealed.toString('base64url')}`;
  }

  /** Opens a sealed text. Throws {@link UnsealFailed} if it cannot be opened. */
  unseal(sealed: string, owner: string): string {
    const [version, id = '', body = ''] = sealed.split('.');
    const key = this.keys.get(id);
    const bytes = Buffer.from(body, 'base64url');
    if (version !== VERSION || bytes.length < NONCE + TAG)
      throw new UnsealFailed('This is not a sealed text.');
    if (!key)
      throw new UnsealFailed(
        `Sealed with key ${id}; neither the present key nor a previous one is that key.`,
      );
    try {
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE))
        .setAAD(aad(`${version}.${id}`, owner))
        .setAuthTag(bytes.subarray(-TAG));
      return decipher.update(bytes.subarray(NONCE, -TAG)).toString('utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new UnsealFailed('The sealed text was changed, or belongs to another owner.', { cause });
    }
  }

  /** Seals a text of a previous key again with the present key; returns any other text as it is. */
  renewed(sealed: string, owner: string): string {
    const [, id = ''] = sealed.split('.');
    return this.previous.includes(id) ? this.seal(this.unseal(sealed, owner), owner) : sealed;
  }
}

/** The sealing keys in a service's settings. */
export type SealingKeys = { readonly [Setting in keyof PresentKeys]?: Buffer };

export const presentKeys = (config: SealingKeys): PresentKeys =>
  Object.fromEntries(
    SEALING_KEYS.flatMap((setting) => {
      const key = config[setting];
      return key ? [[setting, idOf(key)]] : [];
    }),
  );

const idOf = (key: Buffer) => hash('sha256', key, 'hex').slice(0, 8);
// The AES key is derived from the given one: former versions derived passwords from it too, and texts that
// they sealed must still open.
const derive = (key: Buffer) => Buffer.from(hkdfSync('sha256', key, '', 'wbiz seal v1', 32));
const aad = (head: string, owner: string) => Buffer.from(`${head}.${owner}`);
