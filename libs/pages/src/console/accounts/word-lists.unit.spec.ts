import { expect, it } from '@jest/globals';
import { doubled, listsOf, writtenOf } from './word-lists.js';

const LISTS = { en: { stop: ['STOP', 'No more'], start: ['START'] }, pt_BR: { stop: ['PARE'], start: [] } };

it('writes lists one word a line, and reads them back as they were', () => {
  expect(writtenOf(LISTS)[0]).toEqual({ language: 'en', stop: 'STOP\nNo more', start: 'START' });
  expect(listsOf(writtenOf(LISTS))).toEqual(LISTS);
});

it.each([null, undefined])('has the built-in words where there are none (%s)', (lists) => {
  expect(listsOf(writtenOf(lists))).toBeNull();
});

it('drops empty lines, spaces around words, and words that are there already', () => {
  expect(listsOf([{ language: ' en ', stop: ' STOP \n\n  \nSTOP\nEND', start: '' }])).toEqual({
    en: { stop: ['STOP', 'END'], start: [] },
  });
});

it.each([
  [['en', 'es'], undefined],
  [['en', ' en'], 'en'],
  [['en', 'en_US', 'de', 'de'], 'de'],
])('finds a language that is there twice: %j', (languages, found) => {
  expect(doubled(languages.map((language) => ({ language, stop: '', start: '' })))).toBe(found);
});
