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

/** The known name that `given` most likely means: the same in another case, a name for the same thing, or a slip. */
export function likelyName(given: string, known: readonly string[]): string | undefined {
  const meant = squashed(given);
  const within = (most: number) => known.find((name) => isWithin(meant, squashed(name), most));
  const same = (Object.hasOwn(SAME_THING, meant) && SAME_THING[meant]) || [];
  // Of short names, one slip makes another word.
  const slips = Math.min(2, Math.floor(meant.length / 3));
  return (
    within(0) ??
    same.find((name) => known.includes(name)) ??
    Array.from({ length: slips }, (_, slip) => within(slip + 1)).find(Boolean)
  );
}

const squashed = (name: string) => name.replace(/[-_]/g, '').toLowerCase();

/** Whether at most `most` characters inserted, left out, replaced or swapped make `b` of `a`. */
function isWithin(a: string, b: string, most: number): boolean {
  if (a === b) return true;
  if (most === 0 || Math.abs(a.length - b.length) > most) return false;
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
