import { describe, expect, it } from '@jest/globals';
import { parseBody } from '@wbiz/contracts/schema/parse';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import { CreateTemplate } from '@wbiz/contracts/template/writes';
import { TEMPLATE_CASES } from './template-rules.samples.js';

const cases = (isTaken: boolean) =>
  TEMPLATE_CASES.filter(({ verdict }) => (verdict === 'ok') === isTaken).map(
    (one) => [one.title, one] as const,
  );

describe('taken is', () => {
  it.each(cases(true))('%s', (_title, { template }) => {
    expect(faultsOfTemplate(template)).toEqual([]);
    expect(parseBody(CreateTemplate, template).faults).toEqual([]);
  });
});

describe('refused is', () => {
  it.each(cases(false))('%s', (_title, { template, verdict }) => {
    const { pointer, code } = verdict as Exclude<typeof verdict, 'ok'>;
    for (const faults of [faultsOfTemplate(template), parseBody(CreateTemplate, template).faults]) {
      // Compares the faults of all carousel cards as if of the first card: a fault may repeat in each card.
      const found = faults.map((fault) => [fault.pointer.replace(/cards\/\d/, 'cards/0'), fault.code]);
      const wanted = [pointer.replace(/cards\/\d/, 'cards/0'), code];
      expect(found).toEqual(found.map(() => wanted));
      expect(faults[0]).toMatchObject({ pointer, code });
    }
  });
});

it('has no title twice', () => {
  const titles = TEMPLATE_CASES.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
