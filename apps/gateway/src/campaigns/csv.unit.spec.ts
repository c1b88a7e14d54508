import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a cell', () => {
  it.each([
    ['plain', 'plain'],
    ['a b', 'a b'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['ünïcode 🙂', 'ünïcode 🙂'],
    [0, '0'],
    [null, ''],
    [undefined, ''],
    ['', ''],
  ])('%j is written as %j', (given, written) => expect(csvLine([given])).toBe(`${written}\r\n`));

  it.each([
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ['+1+1', "'+1+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['+', "'+"],
    ['+91\n', `"'+91\n"`],
    ['+91 88993', "'+91 88993"],
  ])('%j is no formula: %j', (given, written) => expect(csvLine([given])).toBe(`${written}\r\n`));

  it('is left alone where it is a phone number', () =>
    expect(csvLine(['+918899332211', 'IN.1234'])).toBe('+918899332211,IN.1234\r\n'));
});
