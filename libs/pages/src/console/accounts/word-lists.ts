import type { AdminAccountView } from '@wbiz/contracts/account';

export type Lists = NonNullable<AdminAccountView['optOutWords']>;
/** A language's words as a form holds them: one per line. */
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

/** The words as the API takes them; null without any language: the built-in words apply. */
export const listsOf = (written: readonly WrittenList[]): Lists | null =>
  written.length === 0
    ? null
    : Object.fromEntries(
        written.map(({ language, stop, start }) => [
          language.trim(),
          { stop: wordsOf(stop), start: wordsOf(start) },
        ]),
      );

/** The first language that is listed twice: saving would lose one of its lists. */
export const doubled = (written: readonly WrittenList[]): string | undefined => {
  const languages = written.map(({ language }) => language.trim());
  return languages.find((language, index) => languages.indexOf(language) !== index);
};
