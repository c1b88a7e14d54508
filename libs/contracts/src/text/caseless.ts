/**
 * A form of the text that is the same for texts that differ only in case: at most CASELESS_BYTES of UTF-8 per
 * character.
 */
export const caseless = (text: string) => text.normalize('NFC').toLowerCase();

export const CASELESS_BYTES = 12;
