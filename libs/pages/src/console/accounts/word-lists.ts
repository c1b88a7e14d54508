import type { AdminAccountView } from '@wbiz/contracts/account';

export type Lists = NonNullable<AdminAccountView['optOutWords']>;
/** A language with its words, as they are written in a form: one a line. */
export type WrittenList = { readonly language: string; readonly stop: string; readonly start: string };

export const writtenOf = (lists: Lists | null | undefined): WrittenList[] =>
  Object.entries(lists ?? {}).map(([language, { stop, start }]) => ({
    language,
    stop: stop.join('\n'),
    start: start.join('\n'),
  }));

const wordsOf = (text: string) => [
  ...new Set(
    text
      .split('\n')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ),
];

/** None: the built-in ones. */
export const listsOf = (written: readonly WrittenList[]): Lists | null =>
  written.length === 0
    ? null
    : Object.fromEntries(
        written.map(({ language, stop, start }) => [
          language.trim(),
          { stop: wordsOf(stop), start: wordsOf(start) },
        ]),
      );

/** A language that is there twice would be lost. */
export const doubled = (written: readonly WrittenList[]): string | undefined => {
  const languages = written.map(({ language }) => language.trim());
  return languages.find((language, index) => languages.indexOf(language) !== index);
};
