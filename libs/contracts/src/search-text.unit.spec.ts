import { describe, expect, it } from '@jest/globals';
import { probeOf, searchPattern, searchTextOf } from './search-text.js';

/** Whether a search finds a contact, read as Postgres reads LIKE. */
const finds = (search: string, contact: Parameters<typeof searchTextOf>[0]) =>
  searchTextOf(contact).includes(
    searchPattern(search)
      .slice(1, -1)
      .replaceAll(/\\([\\%])/g, '$1'),
  );

const contact = { name: 'João da Silva-Çelik', phone: '+5511987654321', email: 'Joao.Silva_1@example.com' };

describe('a search', () => {
  it.each([
    ['joão'],
    ['joao'],
    ['JOAO DA'],
    ['joao   da'],
    ['silva'],
    ['lva-c'],
    ['celik'],
    ['98765'],
    ['+55 11 98765-4321'],
    ['(11) 98765'],
    ['silva_1@'],
    ['@example.com'],
    ['j'],
    ['d'],
    ['5'],
    ['da'],
    ['+5'],
    ['.s'],
    ['55'],
  ])('for %s finds the contact', (search) => expect(finds(search, contact)).toBe(true));
  it.each([['maria'], ['oa'], ['98766'], ['silvaX1@'], ['silva%'], ['a.s.d'], ['o'], ['1'], ['11 98 766']])(
    'for %s does not',
    (search) => expect(finds(search, contact)).toBe(false),
  );
  it.each([
    ['王伟', '伟'],
    ['王伟', '王'],
    ['आशा शर्मा', 'शर्मा'],
    ['عائشة', 'عائ'],
    ['Ånna', 'ånna'],
    ['Ånna', 'anna'],
  ])('of %s for %s finds the contact', (name, search) =>
    expect(finds(search, { name, phone: null, email: null })).toBe(true),
  );
  it.each([
    ['王伟', '李'],
    ['आशा', 'राम'],
  ])('of %s for %s does not', (name, search) =>
    expect(finds(search, { name, phone: null, email: null })).toBe(false),
  );
  it.each(['+5511987654321', '+551187654321', '11987654321', '1187654321'])(
    'of %s finds a Brazilian number, with and without its 9',
    (search) => expect(finds(search, { name: null, phone: '+5511987654321', email: null })).toBe(true),
  );
  it("of Mexico's old spelling finds the number", () =>
    expect(finds('+521 55 9999 1111', { name: null, phone: '+525599991111', email: null })).toBe(true));
  it('is in ASCII, whatever the name', () =>
    expect(searchTextOf({ name: '😀 王 Ünal', phone: null, email: null })).toMatch(/^[ -~]+$/));
});

describe('a probe', () => {
  it.each([
    ['%J5511987654321%', '%7654321%'],
    ['%87654321%', '%7654321%'],
    ['%7654321%', '%7654321%'],
    ['%ashaQshar%', '%ashaQshar%'],
    ['%ashvinQsharma%', '%shvinQsharm%'],
    ['%ashvinQdeQsharma%', '%shvinQdeQsh%'],
    ['%daXs%', '%daXs%'],
    ['%Qda%', '%Qda%'],
    ['% d%', '% d%'],
    ['%100\\\\%QofQall%', '%QofQall%'],
    ['%12345678a%', '%12345678a%'],
    ['%ashaXsharmaZexampleXcom%', '%Xsharma%'],
    ['%ashaZexampleXcom%', '%ashaZexamp%'],
  ])('of %s is %s', (pattern, probe) => expect(probeOf(pattern)).toBe(probe));
});
