import { personKey, phonePart } from './phone.js';

type Person = {
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
};

/**
 * Most bytes of each part of a text. All parts and the initials have less than 2,500 together, which an index over the
 * account, a time, an id and the text can hold: Postgres refuses a row of a B-tree of more than 2,704.
 */
const BYTES = { name: 1_600, phone: 40, email: 600 };

/**
 * What a person is found by: lower case, and ASCII throughout, and the first letters of its words behind it. pg_trgm
 * makes trigrams of what the database's locale holds for letters and digits, in the locale C of ASCII only; so other
 * characters stand as their code points, and what parts words as a capital. Of long parts only the beginning is in it.
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
 * pg_trgm knows no trigram across the end of a word: of "la sm" it would look up every "la " and every " sm", wherever
 * they stand. Joined by letters, of which names have few, the words are one, and all trigrams of it are telling.
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

/** A number is found with and without what comes and goes in it. */
const spellings = (phone: string | null) => (phone === null ? [] : [...new Set([phone, personKey(phone)])]);

/** Accents on Latin letters count for nothing. Whole characters only, as many as `most` bytes hold. */
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

/** Nor does it count how many blanks there are. */
const singleBlanks = (text: string) => text.replaceAll(/ +/g, ' ');

/** The LIKE pattern of texts with `search` in them; of a short one, of texts in which a word, or the number, begins so. */
export function searchPattern(search: string): string {
  const wanted = singleBlanks(folded(phonePart(search.trim())));
  const [, initial] = /^\+?([a-z0-9])$/.exec(wanted) ?? [];
  if (initial) return `% ${initial}%`;
  const begins = /^\d\d$/.test(wanted) ? '+' : /^[a-z0-9]{2}$/.test(wanted) ? ' ' : '';
  return `%${joined(begins + wanted).replaceAll(/[\\%]/g, '\\$&')}%`;
}

/** As much as tells one number, or address, from others: each further trigram costs the index a look at every row that the others leave. */
const TELLING = 7;

/**
 * A pattern that is matched by all texts that `pattern` matches, and cheaper to look up: a long number by how it ends,
 * an address by what stands before its @ (what follows it is in the texts of half the people), several words by where
 * the first two meet.
 */
export function probeOf(pattern: string): string {
  if (/^%J?\d{8,}%$/.test(pattern)) return `%${pattern.slice(-TELLING - 1)}`;
  const [, local] = /([^%]{7})Z/.exec(pattern) ?? [];
  const [meeting] = /[^%\\]{0,5}[A-Z][^%\\]{1,5}/.exec(pattern) ?? [];
  return local || meeting ? `%${local ?? meeting}%` : pattern;
}
