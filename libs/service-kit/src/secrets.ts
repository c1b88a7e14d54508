import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** Thrown when a sealed text cannot be opened: no key fits, it was changed, or it belongs elsewhere. */
export class UnsealFailed extends Error {
  override readonly name = 'UnsealFailed';
}

/**
 * Seals texts with AES-256-GCM under `key` (32 bytes) and opens what `key` or `previous` sealed. The id of the key
 * stands in the sealed text; `owner` (an account's id, say) must be the same on both sides, so that a sealed text
 * moved to another row does not open.
 */
export class Secrets {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  constructor({ key, previous }: { key: Buffer; previous?: Buffer | undefined }) {
    this.current = idOf(key);
    this.keys = new Map([key, ...(previous ? [previous] : [])].map((one) => [idOf(one), derive(one)]));
  }

  seal(text: string, owner: string): string {
    const nonce = randomBytes(NONCE);
    const head = `${VERSION}.${this.current}`;
    const cipher = createCipheriv(ALGORITHM, this.keys.get(this.current)!, nonce).setAAD(aad(head, owner));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${head}.${sealed.toString('base64url')}`;
  }

  /** Throws {@link UnsealFailed}. */
  unseal(sealed: string, owner: string): string {
    const [version, id = '', body = ''] = sealed.split('.');
    const key = this.keys.get(id);
    const bytes = Buffer.from(body, 'base64url');
    if (version !== VERSION || bytes.length < NONCE + TAG)
      throw new UnsealFailed('This is not a sealed text.');
    if (!key)
      throw new UnsealFailed(
        `Sealed with key ${id}; neither SECRET_KEY nor SECRET_KEY_PREVIOUS is that key.`,
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

  /** Whether the text was sealed with the present key; otherwise it is to be sealed anew before the old key goes. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${VERSION}.${this.current}.`);
  }
}

const idOf = (key: Buffer) => hash('sha256', key, 'hex').slice(0, 8);
// The key also signs the passwords of the database roles, so sealing gets one of its own.
const derive = (key: Buffer) => Buffer.from(hkdfSync('sha256', key, '', 'wbiz seal v1', 32));
const aad = (head: string, owner: string) => Buffer.from(`${head}.${owner}`);
