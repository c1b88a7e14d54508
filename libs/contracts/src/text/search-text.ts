import { personKey, phonePart } from './phone.js';

type Person = {
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
};

/**
 * Most bytes per part. All parts and the initials stay under 2,500 bytes, to fit into an index row with account, time
 * and id: Postgres refuses B-tree rows over 2,704 bytes.
 */
const BYTES = { name: 1_600, phone: 40, email: 600 };

/**
 * The search text of a person: lower case and ASCII only, followed by the initials of its words. pg_trgm builds
 * trigrams from the locale's letters and digits, in locale C from ASCII only; so other characters are written as code
 * points, and word separators as a capital. Long parts are cut.
 */
export function searchTextOf({ name, phone = null, email }: Person): string {
  const parts = [
    folded(name ?? '', BYTES.name),
    ...spellings(phone).map((spelling) => folded(spelling, BYTES.phone)),
    folded(email ?? '', BYTES.email),
  ];
  const text = singleBlanks(parts.filter(Boolean).join(' '));
  const initials = new Set(text.split(' ').map((word) => word.replace(/^\+/, '').slice(0, 1)));
  return `${joined(` ${text}`)} ${[...initials].toSorted().join(' ')}`;
}

/**
 * pg_trgm builds no trigram across word ends: for "la sm" it would look up every "la " and every " sm". Joined by
 * letters that are rare in names, the words become one, and every trigram is selective.
 */
const JOINTS: Readonly<Record<string, string>> = {
  ' ': 'Q',
  '.': 'X',
  '@': 'Z',
  '+': 'J',
  '-': 'W',
  _: 'V',
  "'": 'Y',
};
const joined = (text: string) => text.replaceAll(/[ .@+\-_']/g, (joint) => JOINTS[joint]!);

/** Both spellings of a number: with and without its optional digits. */
const spellings = (phone: string | null) => (phone === null ? [] : [...new Set([phone, personKey(phone)])]);

/**
 * Writes a text in lower-case ASCII, without accents of Latin letters. Keeps whole characters, as many as fit in `most`
 * bytes.
 */
function folded(text: string, most = Infinity): string {
  let left = most;
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/(?<=[a-z])\p{Mn}+/gu, '')
    .replaceAll(/./gsu, (character) => {
      const spelled = /[ -~]/.test(character) ? character : `u${character.codePointAt(0)!.toString(16)}u`;
      left -= spelled.length;
      return left >= 0 ? spelled : '';
    });
}

/** Collapses runs of blanks. */
const singleBlanks = (text: string) => text.replaceAll(/ +/g, ' ');

/** The LIKE pattern for texts that contain `search`; a short search matches only the start of a word or number. */
export function searchPattern(search: string): string {
  const wanted = singleBlanks(folded(phonePart(search.trim())));
  const [, initial] = /^\+?([a-z0-9])$/.exec(wanted) ?? [];
  if (initial) return `% ${initial}%`;
  const begins = /^\d\d$/.test(wanted) ? '+' : /^[a-z0-9]{2}$/.test(wanted) ? ' ' : '';
  return `%${joined(begins + wanted).replaceAll(/[\\%]/g, '\\$&')}%`;
}

/**
 * Characters that a probe needs to be selective. For each further trigram the index checks again every row that the
 * others leave.
 */
const TELLING = 7;

/**
 * A cheaper pattern for the index, matched by every text that `pattern` matches: the end of a long number; the part of
 * an address before the @ (half the texts share the domain); of several words, where the first two meet.
 */
export function probeOf(pattern: string): string {
  if (/^%J?\d{8,}%$/.test(pattern)) return `%${pattern.slice(-TELLING - 1)}`;
  const [, local] = /([^%]{7})Z/.exec(pattern) ?? [];
  const [meeting] = /[^%\\]{0,5}[A-Z][^%\\]{1,5}/.exec(pattern) ?? [];
  return local || meeting ? `%${local ?? meeting}%` : pattern;
}
