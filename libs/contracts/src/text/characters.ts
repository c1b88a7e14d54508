/** The length of a text in Unicode code points, as JSON Schema's `maxLength` and Meta count it. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length - 1; at += 1) if (text.codePointAt(at)! > 0xffff) length -= 1;
  return length;
}

/** The first `max` characters of a text. */
export const cutTo = (text: string, max: number): string =>
  text.length <= max ? text : [...text].slice(0, max).join('');
