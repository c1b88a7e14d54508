import { describe, expect, it } from '@jest/globals';
import { comparisonForm, templateForm } from './contact-values.js';

it.each([
  ['PUNE', 'pune'],
  ['Ångström', 'ångström'],
  ['42', 42],
  ['-3.5', -3.5],
  ['007', '007'],
  ['7.0', '7.0'],
  ['1e3', '1e3'],
  ['Infinity', 'infinity'],
  ['1234567890123456789', '1234567890123456789'],
  ['True', true],
  ['2026-11-22', '2026-11-22t00:00:00.000z'],
  ['2026-11-22T01:00:00+05:30', '2026-11-21t19:30:00.000z'],
  ['2026-02-30', '2026-02-30'],
  ['', ''],
  [4.5, 4.5],
  [false, false],
])('%j is compared as %j', (value, key) => expect(comparisonForm(value)).toBe(key));

describe('a value', () => {
  it.each([
    ['  Ann\n\t Lee    Smith\u00a0', 'Ann Lee Smith'],
    [' \n ', null],
    ['', null],
    [null, null],
    [undefined, null],
    [7.25, '7.25'],
    [false, 'false'],
    ['x'.repeat(1_024), 'x'.repeat(1_024)],
    ['x'.repeat(1_025), null],
  ])('%j is shown as %j', (value, text) => expect(templateForm(value)).toBe(text));
});
