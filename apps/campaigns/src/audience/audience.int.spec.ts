import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SegmentFilter } from '@wbiz/contracts/audience';
import { audienceUnderTest, NUMBER } from './audience.harness.js';

let system: Awaited<ReturnType<typeof audienceUnderTest>>;
let account: ReturnType<typeof system.account>;
beforeAll(async () => {
  system = await audienceUnderTest();
});
afterAll(() => system.close());
beforeEach(() => {
  account = system.account();
  system.reach(0);
});

const tagged = (...tags: string[]) => ({ kind: 'tags' as const, tags });

describe('an audience', () => {
  it('of tags has the contacts with any of them, in any case', async () => {
    await account.add({ name: 'Ann', tags: ['VIP'] });
    await account.add({ name: 'Bo', tags: ['Straße', 'lead'] });
    await account.add({ name: 'Cy', tags: ['vip2'] });
    expect(await account.of(tagged('vip', 'LEAD'))).toEqual(['Bo', 'Ann']);
    expect(await account.of(tagged('STRAßE'))).toEqual(['Bo']);
    expect(await account.of(tagged('nobody has it'))).toEqual([]);
  });

  it('of all of its tags has the contacts with all of them', async () => {
    await account.add({ name: 'Ann', tags: ['vip'] });
    await account.add({ name: 'Bo', tags: ['vip', 'lead'] });
    expect(await account.of({ ...tagged('Vip', 'Lead', 'vip'), match: 'all' })).toEqual(['Bo']);
    expect(await account.of({ ...tagged('vip', 'unknown'), match: 'all' })).toEqual([]);
  });

  it.each([
    ['all', { kind: 'all' as const }],
    ['tags', tagged('lead')],
    ['segment', { kind: 'segment' as const, filters: [{ field: 'name', operator: 'is_set' as const }] }],
  ])('of kind %s leaves out whoever has an excluded tag', async (_, audience) => {
    await account.add({ name: 'Ann', tags: ['lead', 'Barred'] });
    await account.add({ name: 'Bo', tags: ['lead'] });
    expect(await account.of({ ...audience, exclude: ['barred', 'unknown'] })).toEqual(['Bo']);
    expect(await account.of({ ...audience, exclude: [] })).toEqual(['Bo', 'Ann']);
  });

  it('of contacts has those that are the account’s own', async () => {
    const ann = await account.add({ name: 'Ann' });
    const bo = await account.add({ name: 'Bo', tags: ['barred'] });
    await account.add({ name: 'Cy' });
    const foreign = await system.account().add({ name: 'Foreign' });
    const contacts = [ann, bo, bo, foreign, 'cnt_nobody'];
    expect(await account.of({ kind: 'contacts', contacts })).toEqual(['Bo', 'Ann']);
    expect(await account.of({ kind: 'contacts', contacts, exclude: ['barred'] })).toEqual(['Ann']);
  });

  it('holds contacts of its account alone', async () => {
    await account.add({ name: 'Ann', tags: ['vip'] });
    const other = system.account();
    await other.add({ name: 'Bo', tags: ['vip'] });
    expect(await account.of({ kind: 'all' })).toEqual(['Ann']);
    expect(await other.of(tagged('vip'))).toEqual(['Bo']);
  });

  it('holds no contact that was merged into another', async () => {
    const twin = await account.add({ userId: 'IN.1', name: 'Ann', tags: ['vip'] });
    const ann = await account.add({ name: 'Ann Lee', tags: ['vip'] });
    await account.merge(twin, ann);
    expect(await account.of(tagged('vip'))).toEqual(['Ann Lee']);
    expect(await account.preview({ audience: { kind: 'all' } })).toMatchObject({ total: 1 });
  });

  it('of merged contacts has the surviving one, once', async () => {
    const [first, twin] = [await account.add({ userId: 'IN.1' }), await account.add({ userId: 'IN.2' })];
    const other = await account.add({ userId: 'IN.3' });
    const [ann, bo] = [await account.add({ name: 'Ann' }), await account.add({ name: 'Bo' })];
    const of = (...contacts: string[]) => account.of({ kind: 'contacts', contacts });
    await account.merge(twin, ann);
    expect(await of(twin)).toEqual(['Ann']);
    expect(await of(twin, ann)).toEqual(['Ann']);
    // Chains of merges: into a contact that is merged later (ann), and into one that was merged before (twin).
    await account.merge(ann, bo);
    await account.merge(first, twin);
    expect(await of(twin)).toEqual(['Bo']);
    expect(await of(first, ann, twin)).toEqual(['Bo']);
    expect(await of(other, first)).toEqual(['Bo', null]);
  });

  it('takes a contact as its last event says', async () => {
    const ann = await account.add({ name: 'Ann', tags: ['vip'], customFields: { city: 'Pune' } });
    await account.change(ann, { tags: ['lead'], customFields: {} });
    expect(await account.of(tagged('vip'))).toEqual([]);
    expect(await account.of(tagged('lead'))).toEqual(['Ann']);
    const filters = [{ field: 'customFields.city', operator: 'is_set' as const }];
    expect(await account.of({ kind: 'segment', filters })).toEqual([]);
  });
});

describe('a tag that was deleted', () => {
  it('counts for no contact, and created again for those that got it since', async () => {
    const ann = await account.add({ name: 'Ann', tags: ['vip', 'lead'] });
    await account.add({ name: 'Bo', tags: ['vip'] });
    await account.deleteTag('VIP');
    expect(await account.of(tagged('vip'))).toEqual([]);
    expect(await account.of(tagged('vip', 'lead'))).toEqual(['Ann']);
    expect(await account.of({ ...tagged('vip', 'lead'), match: 'all' })).toEqual([]);
    expect(await account.of({ kind: 'all', exclude: ['vip'] })).toEqual(['Bo', 'Ann']);

    await account.change(ann, { tags: ['lead', 'vip'] });
    await account.add({ name: 'Cy', tags: ['Vip'] });
    expect(await account.of(tagged('vip'))).toEqual(['Cy', 'Ann']);
    expect(await account.of({ ...tagged('vip', 'lead'), match: 'all' })).toEqual(['Ann']);
    expect(await account.of({ kind: 'all', exclude: ['vip'] })).toEqual(['Bo']);

    await account.deleteTag('vip');
    expect(await account.of(tagged('vip'))).toEqual([]);
  });

  it('leaves the same tag of other accounts alone', async () => {
    await account.add({ name: 'Ann', tags: ['vip'] });
    await system.account().deleteTag('vip');
    expect(await account.of(tagged('vip'))).toEqual(['Ann']);
  });
});

it('a deleted custom field has no values, and created again those that were given since', async () => {
  const ann = await account.add({ name: 'Ann', customFields: { city: 'Pune', shoe: 43 } });
  await account.add({ name: 'Bo', customFields: { city: 'Pune', shoe: 44 } });
  await account.deleteField('city');
  const segment = (...filters: SegmentFilter[]) => account.of({ kind: 'segment', filters });
  expect(await segment({ field: 'customFields.city', operator: 'eq', value: 'pune' })).toEqual([]);
  expect(await segment({ field: 'customFields.city', operator: 'is_not_set' })).toEqual(['Bo', 'Ann']);
  expect(await segment({ field: 'customFields.shoe', operator: 'gt', value: 43 })).toEqual(['Bo']);
  await account.change(ann, { customFields: { city: 'Goa', shoe: 43 } });
  expect(await segment({ field: 'customFields.city', operator: 'is_set' })).toEqual(['Ann']);
});

describe('a segment', () => {
  const all = [
    ['phone', 'eq', '+91 98765-43210', ['Ann']],
    ['phone', 'eq', 919876543210, ['Ann']],
    ['phone', 'in', ['0091 9876543210', '+1 202 555 0143'], ['Bo', 'Ann']],
    ['phone', 'starts_with', '+91 98', ['Ann']],
    ['phone', 'starts_with', '91', ['Ann']],
    ['phone', 'contains', '555 01', ['Bo']],
    ['name', 'contains', 'NN', ['Ann']],
    ['name', 'starts_with', 'b', ['Bo']],
    ['email', 'eq', 'ANN@Example.org', ['Ann']],
    ['email', 'ne', 'ann@example.org', ['Bo']],
    ['source', 'eq', 'import', ['Bo']],
    ['createdAt', 'lt', '2026-10-02', ['Ann']],
    ['createdAt', 'gte', '2026-10-02T05:30:00+05:30', ['Bo']],
    ['createdAt', 'starts_with', '2026-10-02', ['Bo']],
    ['updatedAt', 'gt', '2027-01-01', []],
    ['customFields.shoe', 'gte', 43, ['Bo', 'Ann']],
    ['customFields.shoe', 'gt', '43', ['Bo']],
    ['customFields.shoe', 'in', [44, 100], ['Bo']],
    ['customFields.city', 'starts_with', 'PU', ['Ann']],
    ['customFields.born', 'lt', '2000-01-01T00:00:00Z', ['Ann']],
    ['customFields.vip', 'eq', true, ['Ann']],
    ['customFields.blank', 'is_set', undefined, []],
    ["customFields.o'; drop", 'is_not_set', undefined, ['Bo', 'Ann']],
  ] as const;

  it('compares numbers, times and texts as such', async () => {
    await account.add({
      name: 'Ann',
      phone: '+919876543210',
      email: 'ann@example.org',
      createdAt: '2026-10-01T10:00:00.000Z',
      customFields: { shoe: 43, city: 'Pune', born: '1999-12-31T23:00:00-00:30', vip: true, blank: ' ' },
    });
    await account.add({
      name: 'Bo',
      phone: '+12025550143',
      source: 'import',
      createdAt: '2026-10-02T00:00:00.000Z',
      customFields: { shoe: '100', born: 'unknown', vip: 'no' },
    });
    for (const [field, operator, value, names] of all) {
      const filter = { field, operator, ...(value === undefined ? {} : { value }) };
      expect([filter, await account.of({ kind: 'segment', filters: [filter] })]).toEqual([filter, names]);
    }
  });

  it('takes all of its filters, or any', async () => {
    await account.add({ name: 'Ann', customFields: { city: 'Pune' } });
    await account.add({ name: 'Bo', customFields: { city: 'Goa' } });
    const filters: SegmentFilter[] = [
      { field: 'name', operator: 'eq', value: 'ann' },
      { field: 'customFields.city', operator: 'eq', value: 'goa' },
    ];
    expect(await account.of({ kind: 'segment', filters })).toEqual([]);
    expect(await account.of({ kind: 'segment', filters, match: 'any' })).toEqual(['Bo', 'Ann']);
  });
});

describe('a preview', () => {
  const audience = { kind: 'all' as const };
  const template = { name: 'offer', language: 'en', variables: ['{{contact.name}}'] };

  it('shows how many there are, how many opted in, and the newest ten', async () => {
    for (let index = 0; index < 12; index += 1) await account.add({ name: `N${index}`, optedIn: index > 3 });
    const { total, optedIn, sample, plan } = await account.preview({ audience });
    expect({ total, optedIn, plan }).toEqual({ total: 12, optedIn: 8 });
    expect(sample.map(({ name }) => name)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `N${n}`));
  });

  it('leaves people out by the first reason that holds', async () => {
    await account.numbers(NUMBER);
    await account.template();
    await account.add({ optedIn: false });
    await account.add({ phone: null, name: 'Bo' });
    await account.add({ name: null });
    await account.add({ name: 'Di' });
    await account.add({ name: 'Ed', userId: 'IN.1' });
    const { plan } = await account.preview({ audience, template });
    expect(plan).toEqual({
      eligible: 2,
      leftOut: { opted_out: 1, no_number: 1, variable_missing: 1, template_not_approved: 0, over_limit: 0 },
      expectedEndAt: expect.any(String),
    });
  });

  it('says when the campaign would end', async () => {
    await account.numbers(NUMBER);
    await account.template();
    for (let index = 0; index < 5; index += 1) await account.add({ name: `N${index}` });
    const before = Date.now();
    const { plan } = await account.preview({ audience, template, ratePerSecond: 1 });
    const end = Date.parse(plan!.expectedEndAt!);
    expect(end - before).toBeGreaterThanOrEqual(5_000);
    expect(end - Date.now()).toBeLessThanOrEqual(5_000);
  });

  it('leaves all out if the template is unknown, not approved, or removed', async () => {
    await account.numbers(NUMBER);
    await account.add({ name: 'Ann' });
    await account.add({ name: 'Bo', optedIn: false });
    const leftOut = async () => (await account.preview({ audience, template })).plan!.leftOut;
    const none = { opted_out: 1, no_number: 0, variable_missing: 0, over_limit: 0 };
    expect(await leftOut()).toEqual({ ...none, template_not_approved: 1 });
    await account.template({ status: 'pending' });
    expect(await leftOut()).toEqual({ ...none, template_not_approved: 1 });
    const approved = await account.template();
    expect(await leftOut()).toEqual({ ...none, template_not_approved: 0 });
    await account.removeTemplate(approved);
    expect(await leftOut()).toEqual({ ...none, template_not_approved: 1 });
  });

  it('leaves out what goes beyond the limit of the number, less the people reached today', async () => {
    await account.numbers(NUMBER, {
      ...NUMBER,
      id: '1002',
      isDefault: false,
      messagingLimit: 'TIER_UNLIMITED',
    });
    for (let index = 0; index < 4; index += 1) await account.add();
    system.reach(247);
    const planOf = async (ask: object) => (await account.preview({ audience, ...ask })).plan;
    expect(await planOf({ phoneNumberId: '1001' })).toMatchObject({
      eligible: 3,
      leftOut: { over_limit: 1 },
    });
    system.reach(undefined);
    expect(await planOf({ phoneNumberId: '1002' })).toMatchObject({
      eligible: 4,
      leftOut: { over_limit: 0 },
    });
    await expect(planOf({ phoneNumberId: '1001' })).rejects.toThrow('does not answer');
  });

  it('is refused for a phone number that is not the account’s', async () => {
    await account.numbers(NUMBER);
    const asked = account.preview({ audience, phoneNumberId: '9' });
    await expect(asked).rejects.toMatchObject({ code: 'phone_number_not_found' });
    await account.numbers();
    await expect(account.preview({ audience, template })).rejects.toMatchObject({
      code: 'phone_number_not_found',
    });
  });
});
