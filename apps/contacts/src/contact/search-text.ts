import type { ContactView } from '@wbiz/contracts/contact';
import { personKey } from '@wbiz/contracts/phone';

/**
 * What a contact is found by: lower case, and ASCII throughout. pg_trgm makes trigrams of what the database's locale
 * holds for letters and digits, in the locale C of ASCII only; so other characters stand as their code points.
 */
export const searchTextOf = ({ name, phone, email }: Pick<ContactView, 'name' | 'phone' | 'email'>) =>
  ` ${folded([name, ...spellings(phone), email].filter(Boolean).join(' '))}`;

/** A number is found with and without what comes and goes in it. */
const spellings = (phone: string | null) => (phone === null ? [] : [...new Set([phone, personKey(phone)])]);

/** The digits of what looks like a part of a phone number, however it is spaced; else what was searched for. */
const phonePart = (search: string) =>
  /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(search) ? search.replaceAll(/[^\d+]/g, '') : search;

/** Accents on Latin letters count for nothing. */
const folded = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/(?<=[a-z])\p{Mn}+/gu, '')
    .replaceAll(/[^ -~]/gu, (character) => `u${character.codePointAt(0)!.toString(16)}u`);

/** Shorter ones have no trigram of their own, except where a word begins. */
const TRIGRAM = 3;

/** The LIKE pattern of texts with `search` in them; of a short one, of texts in which a word, or the number, begins so. */
export function searchPattern(search: string): string {
  const wanted = folded(phonePart(search.trim()));
  const begins =
    wanted.length >= TRIGRAM || !/^[a-z0-9]/.test(wanted) ? '' : /^\d+$/.test(wanted) ? '+' : ' ';
  return `%${begins}${wanted.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** As much as tells one number, or address, from others: each further trigram costs the index a look at every row that the others leave. */
const TELLING = 7;

/**
 * A pattern that is matched by all texts that `pattern` matches, and cheaper to look up: a long number by how it ends,
 * an address by what stands before its @ (what follows it is in the texts of half the people).
 */
export function probeOf(pattern: string): string {
  if (/^%\+?\d{8,}%$/.test(pattern)) return `%${pattern.slice(-TELLING - 1)}`;
  const [, local] = /([^@%]{7})@/.exec(pattern) ?? [];
  return local === undefined ? pattern : `%${local}%`;
}
