/** The same for texts that are the same in any case. */
export const caseless = (text: string) => text.normalize('NFC').toLowerCase();
