import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { STATE } from '../recipient/recipient-state.js';
import { audienceUnderTest } from './audience.harness.js';

let system: Awaited<ReturnType<typeof audienceUnderTest>>;
let account: ReturnType<typeof system.account>;
beforeAll(async () => {
  system = await audienceUnderTest();
});
afterAll(() => system.close());
beforeEach(() => {
  account = system.account();
});

const template = (...variables: string[]) => ({ name: 'offer', language: 'en', variables });
const PLAIN = template();

describe('the frozen audience', () => {
  it('has a row for everyone, in the order of ids, and counts them', async () => {
    const ids = [];
    for (let index = 0; index < 20; index += 1)
      ids.push(
        await account.add({ name: `N${index}`, optedIn: index % 4 > 0, tags: index > 9 ? ['vip'] : [] }),
      );
    const all = await account.freeze(PLAIN);
    expect(all.ids).toEqual(ids.toSorted());
    expect(all.counts).toEqual({ [STATE.queued]: 15, [STATE.skipped]: 5 });
    const some = await account.freeze(PLAIN, { kind: 'tags', tags: ['VIP'] });
    expect(some.ids).toEqual(ids.slice(10).toSorted());
  });

  it('of nobody has no rows and no counts', async () => {
    expect(await account.freeze(PLAIN)).toEqual({ ids: [], byName: {}, counts: {} });
  });

  it('holds skipped contacts with the reason', async () => {
    await account.add({ name: 'out', optedIn: false });
    await account.add({ name: 'nowhere', phone: null });
    await account.add({ name: 'id', userId: 'IN.1' });
    await account.add({ name: 'both', phone: '+918800000001', userId: 'IN.2', email: 'b@c' });
    await account.add({ name: 'phone', phone: '+918800000002', email: 'd@e' });
    const { byName } = await account.freeze(template('{{contact.email}}'));
    expect(byName).toEqual({
      out: { state: STATE.skipped, to: expect.any(String), values: null, reason: 'opted_out' },
      nowhere: { state: STATE.skipped, to: null, values: null, reason: 'no_number' },
      id: { state: STATE.skipped, to: 'IN.1', values: null, reason: 'variable_missing' },
      both: { state: STATE.queued, to: '+918800000001', values: ['b@c'], reason: null },
      phone: { state: STATE.queued, to: '+918800000002', values: ['d@e'], reason: null },
    });
  });

  it('sends no authentication template to a user id', async () => {
    await account.add({ name: 'id', userId: 'IN.1' });
    await account.add({ name: 'phone' });
    const sent = async () => {
      const { byName } = await account.freeze(PLAIN);
      return [byName['id']!.reason, byName['phone']!.reason];
    };
    expect(await sent()).toEqual([null, null]);
    await account.template({ category: 'AUTHENTICATION', language: 'de' });
    expect(await sent()).toEqual([null, null]);
    await account.template({ category: 'AUTHENTICATION' });
    expect(await sent()).toEqual(['no_number', null]);
  });

  it('has the values of each placeholder, in order, or null where there are none', async () => {
    await account.add({ name: 'Ann', phone: '+918800000003', customFields: { age: 41.5, vip: false } });
    const full = template(
      '{{contact.customFields.vip}}, {{contact.phone}}',
      'for {{ contact.name }}',
      '{{contact.customFields.age}} {{contact.phone}}',
    );
    expect((await account.freeze(full)).byName['Ann']!.values).toEqual([
      'false',
      '+918800000003',
      'Ann',
      '41.5',
    ]);
    expect((await account.freeze(PLAIN)).byName['Ann']!.values).toBeNull();
  });

  it('has values on one line, with single blanks', async () => {
    await account.add({ name: ' Ann\n\tLee      Smith ', customFields: { city: 'New\r\nDelhi' } });
    const { byName } = await account.freeze(
      template('{{contact.name}}', '{{contact.customFields.city}}', '{{contact.email|dear \n customer}}'),
    );
    expect(Object.values(byName)[0]!.values).toEqual(['Ann Lee Smith', 'New Delhi', 'dear customer']);
  });

  it('falls back where a value is missing, blank or too long for Meta', async () => {
    const long = 'x'.repeat(1_025);
    await account.add({ name: 'missing' });
    await account.add({ name: 'blank', customFields: { city: ' \n ' } });
    await account.add({ name: 'long', customFields: { city: long } });
    await account.add({ name: 'fits', customFields: { city: long.slice(1) } });
    const fallen = await account.freeze(template('{{contact.customFields.city|town}}'));
    expect(
      Object.fromEntries(Object.entries(fallen.byName).map(([name, { values }]) => [name, values])),
    ).toEqual({
      missing: ['town'],
      blank: ['town'],
      long: ['town'],
      fits: [long.slice(1)],
    });
    const skipped = await account.freeze(template('{{contact.customFields.city}}'));
    expect(skipped.counts).toEqual({ [STATE.queued]: 1, [STATE.skipped]: 3 });
    expect(skipped.byName['blank']).toMatchObject({ values: null, reason: 'variable_missing' });
  });

  it('has no value of a custom field that was deleted', async () => {
    await account.add({ name: 'Ann', customFields: { city: 'Pune' } });
    await account.deleteField('city');
    await account.add({ name: 'Bo', customFields: { city: 'Goa' } });
    const { byName } = await account.freeze(template('{{contact.customFields.city|town}}'));
    expect([byName['Ann']!.values, byName['Bo']!.values]).toEqual([['town'], ['Goa']]);
  });

  it('has each contact’s own values', async () => {
    const some = Array.from({ length: 200 }, (_, index) => index);
    for (const index of some)
      await account.add({
        name: `N${index}`,
        ...(index % 3 ? { email: `e${index}@x` } : {}),
        customFields: index % 2 ? { city: `C${index}` } : {},
      });
    const { byName } = await account.freeze(
      template('{{contact.email|none}}', '{{contact.customFields.city|nowhere}}', '{{contact.name}}'),
    );
    expect(Object.keys(byName)).toHaveLength(some.length);
    for (const index of some)
      expect(byName[`N${index}`]!.values).toEqual([
        index % 3 ? `e${index}@x` : 'none',
        index % 2 ? `C${index}` : 'nowhere',
        `N${index}`,
      ]);
  });

  it('has the counts that the plan had', async () => {
    await account.template();
    await account.numbers({
      id: '1',
      displayPhoneNumber: '1',
      verifiedName: 'Shop',
      qualityRating: 'GREEN',
      messagingLimit: null,
      throughput: 80,
      isDefault: true,
    });
    for (let index = 0; index < 60; index += 1)
      await account.add({
        optedIn: index % 5 > 0,
        name: index % 3 ? 'Ann' : null,
        ...(index % 7 ? {} : { phone: null }),
      });
    const ask = template('{{contact.name}}');
    const { plan, total } = await account.preview({ audience: { kind: 'all' }, template: ask });
    const { counts } = await account.freeze(ask);
    expect(counts).toEqual({ [STATE.queued]: plan!.eligible, [STATE.skipped]: total - plan!.eligible });
    expect(plan!.eligible).toBeGreaterThan(0);
  });
});
