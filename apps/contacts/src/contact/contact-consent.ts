import type { ContactState, Opt } from './contact.state.js';

/** Whether the contact is already opted in or out as asked: a repeated choice keeps the time of the first one. */
export const isRepeated = (known: ContactState | null, { optedIn }: Opt) =>
  known !== null &&
  (optedIn ? known.contact.optedIn : known.contact.optedOutAt !== null && !known.contact.optedIn);

/** Whether the contact opted out: an opt-in by word or WhatsApp setting only undoes that, and is no first consent. */
export const isOut = (known: ContactState | null) => known !== null && known.contact.optedOutAt !== null;

/**
 * Whether the contact opted in or out later than `saidAt`: a choice that arrives late does not undo a later one.
 * Compares whole seconds, the precision of WhatsApp's times.
 */
export const isSettled = (known: ContactState | null, saidAt: string) =>
  !!known?.opt && saidAt.slice(0, SECONDS) < known.opt.at.slice(0, SECONDS);
const SECONDS = '2026-11-22T10:00:00'.length;

/** The later of two opt-ins or opt-outs. In the same second the opt-out wins, since their order is not known. */
export function later(one: Opt | null, other: Opt | null): Opt | null {
  if (!one || !other) return one ?? other;
  const [before, after] = [one.at.slice(0, SECONDS), other.at.slice(0, SECONDS)];
  if (before === after) return one.optedIn && !other.optedIn ? other : one;
  return after > before ? other : one;
}
