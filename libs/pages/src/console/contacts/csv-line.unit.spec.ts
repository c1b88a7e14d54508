import { expect, it } from '@jest/globals';
import { csvLine } from './csv-line.js';

it.each([
  [['a', 'b c'], 'a,b c\r\n'],
  [['say "x"', 'a,b', 'two\nlines'], '"say ""x""","a,b","two\nlines"\r\n'],
  [['=1+1', '@x', '-cmd', '+1 (415) 555-0101', '-5'], "'=1+1,'@x,'-cmd,+1 (415) 555-0101,-5\r\n"],
])('cells %j are the line %j', (cells, line) => expect(csvLine(cells)).toBe(line));
