import { randomBytes } from 'node:crypto';

const TO_USER = 0x11;
const FROM_USER = 0x12;

// Random per process: a restarted simulator must not repeat an id that a client has stored.
const processPrefix = randomBytes(8).toString('hex').toUpperCase();
let counter = 0;

function wamid(waId: string, direction: number, hexLength: number): string {
  const serial = (counter++).toString(16).toUpperCase().padStart(8, '0');
  const id = processPrefix.slice(0, hexLength - 8).padEnd(hexLength - 8, '0') + serial;
  const bytes = Buffer.allocUnsafe(10 + waId.length + id.length);
  bytes[0] = 0x1c;
  bytes[1] = 0x18;
  bytes[2] = waId.length;
  let at = 3 + bytes.write(waId, 3, 'latin1');
  bytes[at++] = 0x15;
  bytes[at++] = 0x02;
  bytes[at++] = 0x00;
  bytes[at++] = direction;
  bytes[at++] = 0x18;
  bytes[at++] = id.length;
  at += bytes.write(id, at, 'latin1');
  bytes[at] = 0;
  return `wamid.${bytes.toString('base64')}`;
}

/** A message to a person: `wamid.` and the base64 of the bytes 1C 18 length digits 15 02 00 11 18 length hex 00. */
export const outgoingWamid = (waId: string) => wamid(waId, TO_USER, 18);

/** A message from a person: as an outgoing id, but with the direction byte 12 and 20 hex characters. */
export const incomingWamid = (waId: string) => wamid(waId, FROM_USER, 20);

/** The direction that the id encodes; undefined if the id is no wamid. */
export function wamidDirection(id: string): 'outgoing' | 'incoming' | undefined {
  if (!id.startsWith('wamid.')) return undefined;
  const bytes = Buffer.from(id.slice(6), 'base64');
  if (bytes[0] !== 0x1c || bytes[1] !== 0x18) return undefined;
  const direction = bytes[6 + (bytes[2] ?? 0)];
  return direction === TO_USER ? 'outgoing' : direction === FROM_USER ? 'incoming' : undefined;
}
