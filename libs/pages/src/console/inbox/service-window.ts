/**
 * The state of the 24-hour service window, outside of which only templates can be sent. `text` goes after the words
 * "Service window".
 */
export type ServiceWindow = {
  readonly state: 'open' | 'closing' | 'closed';
  readonly text: string;
  /** Short enough for a list row: `18 h left`, `Templates only`. */
  readonly short: string;
};

const MINUTE_MS = 60_000;
const CLOSING_MS = 60 * MINUTE_MS;

/** `expiresAt`: null if the person has never written. */
export function serviceWindow(expiresAt: string | null, now: number): ServiceWindow {
  const left = expiresAt === null ? 0 : Date.parse(expiresAt) - now;
  if (left <= 0) {
    const text = expiresAt === null ? 'not open: the person has not written yet' : 'closed';
    return { state: 'closed', text, short: 'Templates only' };
  }
  if (left > CLOSING_MS) {
    const [hours, minutes] = [Math.floor(left / (60 * MINUTE_MS)), Math.floor(left / MINUTE_MS) % 60];
    return { state: 'open', text: `open for ${hours} h ${minutes} min`, short: `${hours} h left` };
  }
  const minutes = Math.max(1, Math.floor(left / MINUTE_MS));
  return { state: 'closing', text: `closes in ${minutes} min`, short: `${minutes} min left` };
}
