const SYLLABLES =
  'sha ra vi pri ya ne ha mit su ni ta kram ma ri jo ao car los fa ti wei yu ki ol un go iv an el en to lu cy gup sil va san gar che nak for pet rov smi brow iy red das kha al jon'.split(
    ' ',
  );

/** A name made from a number, with a realistic spread: a few names are common, most are rare. */
const nameOf = (number: number, among: number, salt: number) => {
  const rank = Math.floor(among * (((number * 7_919 + salt * 104_729) % 1_000_003) / 1_000_003) ** 2);
  const parts = [rank * 31 + salt, rank * 17 + 5 * salt, rank * 7 + 11].map(
    (at) => SYLLABLES[at % SYLLABLES.length],
  );
  const name = parts.slice(0, 2 + (rank % 2)).join('');
  return name.charAt(0).toUpperCase() + name.slice(1);
};

export type Person = { readonly phone: string; readonly name: string; readonly email: string };

/** The person with this number, the same in every run: one of 300 first and 1,000 last names, a phone number, an e-mail. */
export function personOf(number: number): Person {
  const [first, last] = [nameOf(number, 300, 1), nameOf(number * 13 + 5, 1_000, 2)];
  return {
    phone: `+91${String(7_000_000_000 + ((number * 7_919) % 2_999_999_999)).padStart(10, '0')}`,
    name: `${first} ${last}`,
    email: `${first}.${last}${number}@${number % 3 ? 'gmail.com' : 'example.org'}`.toLowerCase(),
  };
}
