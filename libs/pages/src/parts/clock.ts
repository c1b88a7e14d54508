/** Times as the reader's locale writes them. Seconds only where they tell apart what is shown together. */
const format = (options: Intl.DateTimeFormatOptions) => {
  const { format } = new Intl.DateTimeFormat(undefined, options);
  return (at: string | Date) => format(new Date(at));
};

export const date = format({ dateStyle: 'medium' });
export const time = format({ timeStyle: 'short' });
export const timeWithSeconds = format({ timeStyle: 'medium' });
export const dateTime = format({ dateStyle: 'medium', timeStyle: 'short' });
/** An instant in full, for tooltips. */
export const instant = format({ dateStyle: 'medium', timeStyle: 'medium' });
