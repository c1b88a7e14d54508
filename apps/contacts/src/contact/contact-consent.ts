import type { ContactState, Opt } from './contact.state.js';

/** A repeated opt-in or opt-out changes nothing: the first one's time stays. */
export const isRepeated = (known: ContactState | null, { optedIn }: Opt) =>
  known !== null &&
  (optedIn ? known.contact.optedIn : known.contact.optedOutAt !== null && !known.contact.optedIn);

/** Whether the contact opted out: only then an opt-in by word or WhatsApp setting counts, never as a first consent. */
export const isOut = (known: ContactState | null) => known !== null && known.contact.optedOutAt !== null;

/**
 * Whether the contact opted in or out later than `saidAt`: a choice that arrives late does not undo a later one. Compares
 * whole seconds, since WhatsApp's times have no more.
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
