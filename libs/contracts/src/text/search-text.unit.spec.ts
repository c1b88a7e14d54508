import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CreateContact } from '../contact.js';
import { LIMITS } from '../limits.js';
import { parseBody } from '../schema/parse.js';
import { probeOf, searchPattern, searchTextOf } from './search-text.js';

/** Whether a search finds a contact, by the rules of Postgres' LIKE. */
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

describe('a text of any contact that the API takes', () => {
  // Characters that grow when folded: into 18 (U+FDFA), from 4 bytes, with marks, and words of one letter each.
  const unit = fc.oneof(
    fc.constantFrom('\ufdfa', '\u{1d160}', '\u{10ffff}', '\u0345', 'e\u0301', '王', '@', ' ', '+', '_'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 2, maxLength: 2 }).map((word) => `${word} `),
  );
  const upTo = (max: number, units = unit) =>
    fc
      .tuple(fc.array(units, { maxLength: 10, minLength: 1 }), fc.boolean())
      .map(([some, full]) => (full ? some.join('').repeat(max).slice(0, max) : some.join('').slice(0, max)));
  const taken = fc
    .record({
      name: upTo(LIMITS.contactName.max),
      email: upTo(LIMITS.contactEmail.max - 2).map((host) => `a@${host.replaceAll(/[\s@]/g, 'x')}`),
      phone: fc.constantFrom('+5511987654321', '+5491123456789'),
    })
    .filter((body) => parseBody(CreateContact, body).faults.length === 0);

  it('has fewer bytes than an index holds, and the number and the address beside the longest name', () => {
    fc.assert(
      fc.property(taken, (person) => {
        const text = searchTextOf(person);
        expect(text).toMatch(/^[ -~]+$/);
        expect(Buffer.byteLength(text)).toBeLessThan(2_500);
        expect(finds(person.phone, person)).toBe(true);
        expect(finds('a@', person)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('ends with a whole character where it is cut, and begins as the name does', () => {
    const text = searchTextOf({ name: '\ufdfa'.repeat(500), email: 'asha@example.com' });
    const [, name] = /^Q(.*)QashaZexampleXcom /.exec(text)!;
    expect(name).toMatch(/^(u[\da-f]{3}u|Q)+$/);
    expect(finds('\ufdfa', { name: '\ufdfa'.repeat(500) })).toBe(true);
  });

  it('is what it has always been while it is short', () => {
    expect(searchTextOf({ ...contact, name: '王  Ünal' })).toBe(
      'Qu738buQunalQJ5511987654321QJ551187654321QjoaoXsilvaV1ZexampleXcom 5 j u',
    );
  });
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
