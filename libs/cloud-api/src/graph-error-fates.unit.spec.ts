import { describe, expect, it } from '@jest/globals';
import {
  fateOf,
  GRAPH_ERROR_CODES,
  REFUSAL_SCOPES,
  ruleFor,
  type RefusalScope,
} from './graph-error-fates.js';

const judged = (code: number, more: object = {}) => {
  const error = { code, message: '', httpStatus: 400, ...more };
  return { scope: ruleFor(error).scope, ...fateOf(error) };
};

/** Meta's error reference, section by section: scope, maximum attempts of a send, codes. */
const REFERENCE: [string, RefusalScope, number, number[]][] = [
  ['authentication', 'token', 1, [0, 102, 104, 190]],
  ['permission and integrity', 'account', 1, [3, 10, 200, 201, 299, 368, 130497, 131005, 131031]],
  ['pace of the account', 'pace-account', Infinity, [4, 17, 32, 613, 80007, 80008]],
  ['pace of the number', 'pace-number', Infinity, [130429, 131057]],
  ['pace to a person', 'pace-pair', Infinity, [131056]],
  ['limits for hours or days', 'account', 1, [131048, 131064, 133016]],
  ['Meta itself', 'upstream', 10, [2, 131000, 131016, 133004, 2494100]],
  ['Meta itself, or the request', 'upstream', 3, [1]],
  ['content', 'content', 1, [100, 131008, 131009, 131051, 131052, 131053, 135000]],
  [
    'recipient',
    'recipient',
    1,
    [130403, 130472, 131021, 131026, 131030, 131049, 131050, 131062, 137000, 139100, 139103],
  ],
  ['the window', 'window', 1, [131047]],
  ['the account', 'account', 1, [33, 131037, 131042, 131045, 131055, 131063, 134011, 1752041]],
  [
    'templates and flows',
    'template',
    1,
    [
      132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 134100, 134101,
      134102, 139000, 139006, 200005, 200007, 2388001, 2388103,
    ],
  ],
  [
    'registration',
    'account',
    1,
    [133000, 133005, 133006, 133008, 133009, 133010, 133015, 147001, 147005, 2593107, 2593108],
  ],
  ['groups and calls', 'content', 1, [131020, 131041, 131059, 131201, 138000, 138021]],
];

describe("Meta's refusals", () => {
  it.each(REFERENCE)('%s: %s, %d attempts', (_what, scope, attempts, codes) => {
    for (const code of codes)
      expect([code, judged(code)]).toEqual([code, { scope, attempts, answer: REFUSAL_SCOPES[scope].answer }]);
  });

  it('all have a row in the reference', () => {
    const known = new Set(REFERENCE.flatMap(([, , , codes]) => codes));
    expect(Object.keys(GRAPH_ERROR_CODES).filter((code) => !known.has(Number(code)))).toEqual([]);
  });

  it('of unknown code are final, unless Meta calls them transient or has a fault', () => {
    expect(judged(999_999)).toEqual({ scope: 'content', attempts: 1, answer: 'rejected_by_meta' });
    for (const more of [{ transient: true }, { httpStatus: 500 }])
      expect(judged(999_999, more)).toEqual({ scope: 'upstream', attempts: 10, answer: 'upstream_error' });
  });

  it('that Meta calls transient are tried as often as its own faults', () => {
    expect(judged(100, { transient: true })).toEqual({
      scope: 'content',
      attempts: 10,
      answer: 'upstream_error',
    });
    expect(judged(131056, { transient: true }).attempts).toBe(Infinity);
  });
});
