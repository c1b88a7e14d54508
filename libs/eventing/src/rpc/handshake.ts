import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';

/**
 * The secret by which the processes of an installation authenticate each other. With `tls`, each also shows a
 * certificate signed by `ca`.
 */
export type RpcTrust = {
  readonly secret: Buffer;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer } | undefined;
};

/** The other side did not prove that it knows the secret. */
export class Unproven extends Error {
  override readonly name = 'Unproven';
}

export const PROVE_MS = 2_000;
const MOST_CHARACTERS = 512;

/**
 * The server's half of the handshake, before which nothing else is read:
 *
 *     server  <nonce>
 *     client  <nonce> <HMAC over both and the address> <address>
 *     server  <HMAC over the same>
 *
 * `address` is where this process receives replies. A client that has the address from a command (`replyto`) names it
 * in the proof, and it must match: without that, somebody in between could pass on the proof of one of our processes to
 * another. Throws {@link Unproven}.
 */
export async function admit(socket: Socket, { secret }: RpcTrust, address: string): Promise<void> {
  const ours = nonce();
  socket.write(`${ours}\n`);
  const [theirs = '', proof = '', meant = ''] = (await lineFrom(socket)).split(' ');
  if (!isSame(proof, mac(secret, 'client', ours, theirs, meant)))
    throw new Unproven('It does not know the secret.');
  if (meant !== '' && meant !== address) throw new Unproven('It means another process.');
  socket.write(`${mac(secret, 'server', ours, theirs, meant)}\n`);
}

/**
 * The client's half of the handshake. `meant`: the `replyto` of the command that named the address; '' if the address
 * is from the client's own settings. Throws {@link Unproven}.
 */
export async function introduce(socket: Socket, { secret }: RpcTrust, meant: string): Promise<void> {
  const theirs = await lineFrom(socket);
  const ours = nonce();
  socket.write(`${ours} ${mac(secret, 'client', theirs, ours, meant)} ${meant}\n`);
  if (!isSame(await lineFrom(socket), mac(secret, 'server', theirs, ours, meant)))
    throw new Unproven('It does not know the secret.');
}

const nonce = () => randomBytes(32).toString('base64url');

const mac = (secret: Buffer, ...parts: readonly string[]) =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');

const isSame = (given: string, right: string) =>
  given.length === right.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(right));

/** The next line. Rejects if more than that line comes before it is answered. */
async function lineFrom(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const onData = (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\n');
    if (text.length > MOST_CHARACTERS || (end !== -1 && end !== text.length - 1))
      reject(new Unproven('It sent something else.'));
    else if (end !== -1) resolve(text.slice(0, end));
  };
  const onClose = () => reject(new Error('It closed the connection.'));
  const late = setTimeout(() => reject(new Unproven('It is silent.')), PROVE_MS);
  socket.on('data', onData).once('close', onClose);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    socket.off('data', onData).off('close', onClose);
  }
}
