/** Names that people give to a field of ours, as Meta or our answers call it; squashed. */
const SAME_THING: Readonly<Record<string, readonly string[]>> = {
  phonenumberid: ['from'],
  sender: ['from'],
  recipient: ['to'],
  phone: ['to', 'search'],
  phonenumber: ['to', 'phone', 'search'],
  email: ['search'],
  name: ['template', 'search'],
  query: ['search'],
  q: ['search'],
  text: ['body', 'bodyText'],
  message: ['body', 'bodyText'],
  templatename: ['template', 'name'],
  lang: ['language'],
  components: ['variables'],
  parameters: ['variables'],
  contextmessageid: ['replyTo'],
  tag: ['tags'],
  labels: ['tags'],
  pagesize: ['limit'],
  after: ['cursor'],
};

/** Known names by how they are compared. */
type KnownNames = ReadonlyMap<string, string>;
export const knownNames = (names: Iterable<string>): KnownNames =>
  new Map([...names].map((name) => [squashed(name), name]));

/** The known name that `given` most likely means: the same in another case, a name for the same thing, or a slip. */
export function likelyName(given: string, known: KnownNames): string | undefined {
  const meant = squashed(given);
  const within = (most: number) => {
    for (const [form, name] of known) if (isWithin(meant, form, most)) return name;
    return undefined;
  };
  const same = (Object.hasOwn(SAME_THING, meant) && SAME_THING[meant]) || [];
  // Of short names, one slip makes another word.
  const slips = Math.min(2, Math.floor(meant.length / 3));
  return (
    known.get(meant) ??
    same.find((name) => known.has(squashed(name))) ??
    Array.from({ length: slips }, (_, slip) => within(slip + 1)).find(Boolean)
  );
}

const squashed = (name: string) => name.replace(/[-_]/g, '').toLowerCase();

/** Whether at most `most` characters inserted, left out, replaced or swapped make `b` of `a`. */
function isWithin(a: string, b: string, most: number): boolean {
  if (Math.abs(a.length - b.length) > most) return false;
  if (a === b || most === 0) return a === b;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const [x, y] = [a.slice(same), b.slice(same)];
  return (
    isWithin(x.slice(1), y, most - 1) ||
    isWithin(x, y.slice(1), most - 1) ||
    isWithin(x.slice(1), y.slice(1), most - 1) ||
    (x[0] === y[1] && x[1] === y[0] && isWithin(x.slice(2), y.slice(2), most - 1))
  );
}
