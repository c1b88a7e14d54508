const LATER = new Set([130472, 131026, 131042, 131049, 131050, 131053]);
const AT_ONCE = new Set([
  1, 2, 4, 368, 80007, 130403, 130429, 130497, 131000, 131005, 131016, 131030, 131031, 131037, 131045, 131048,
  131056, 131057, 131063, 133004, 135000, 137000,
]);

// A phone number whose last ten digits are 9999 and a six-digit code fails with that code: +91 9999 131026 with 131026.
const codeOf = (waId: string) => (waId.slice(-10, -6) === '9999' ? Number(waId.slice(-6)) : undefined);

const among = (codes: ReadonlySet<number>, code: number | undefined) =>
  code !== undefined && codes.has(code) ? code : undefined;

/** The code of the `failed` status that an accepted message to this recipient gets; 131026 if it is no phone number. */
export const failsLater = (waId: string): number | undefined =>
  waId.length < 8 || waId.length > 15 ? 131026 : among(LATER, codeOf(waId));

/** The code with which the call that sends to this recipient is refused. */
export const failsAtOnce = (waId: string): number | undefined => among(AT_ONCE, codeOf(waId));
