/** Equal for texts that differ only in case. Takes at most 12 bytes of UTF-8 per character of the text. */
export const caseless = (text: string) => text.normalize('NFC').toLowerCase();

export const CASELESS_BYTES = 12;
