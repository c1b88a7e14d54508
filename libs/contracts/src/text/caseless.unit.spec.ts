import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { caseless, CASELESS_BYTES } from './caseless.js';
import { lengthOf } from './characters.js';

it('has a bounded length in bytes, whatever a text is made of', () => {
  // Characters that grow: composed ones that NFC decomposes, and one that lower case makes two.
  const unit = fc.oneof(
    fc.constantFrom('\u0958', '\ufb2c', '\u{1d160}', '\u{10ffff}', '\u0130', '\u0345', 'e\u0301', '王', 'Σ'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 64 }), (units) => {
      const text = units.join('');
      expect(Buffer.byteLength(caseless(text))).toBeLessThanOrEqual(CASELESS_BYTES * lengthOf(text));
    }),
    { numRuns: 1_000 },
  );
});
