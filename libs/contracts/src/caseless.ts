/** The same for texts that are the same in any case. In UTF-8 it has at most 12 bytes for each character of the text. */
export const caseless = (text: string) => text.normalize('NFC').toLowerCase();

export const CASELESS_BYTES = 12;
