const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When a command was issued, read from the 48 bits of milliseconds its id begins with (`cmd_` and 26 Crockford base32 digits). */
export function issuedAt(commandId: string): Date {
  let time = 0;
  for (const digit of commandId.slice(commandId.indexOf('_') + 1).slice(0, 10))
    time = time * 32 + CROCKFORD.indexOf(digit);
  return new Date(time);
}
