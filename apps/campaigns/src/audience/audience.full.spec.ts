import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Audience } from '@wbiz/contracts/audience';
import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import { STATE } from '../recipient/recipient-state.js';
import { audienceUnderTest, NUMBER } from './audience.harness.js';

jest.setTimeout(600_000);
const PEOPLE = 1_000_000;
const OTHERS = 100_000;
const LONGEST_S = 30;

let system: Awaited<ReturnType<typeof audienceUnderTest>>;
beforeAll(async () => {
  system = await audienceUnderTest();
});
afterAll(() => system.close());

/** Inserts contacts: four of five are opted in, every seventh has no name, every second no e-mail address. */
const fill = (accountId: string, people: number) =>
  system.pool.query(
    `insert into campaigns.contacts (account_id, contact_id, phone, name, name_key, email, email_key, fields, field_keys,
       tags, opted_in, source, created_at, updated_at, sequence)
     select $1, 'cnt_' || upper(left(md5($1 || n), 26)), '+9190' || lpad(n::text, 8, '0'), name, lower(name), email, email,
       jsonb_build_object('city', city, 'age', (18 + n % 60)::text, 'last_order', 'Order ' || n, 'note', repeat('x', 100)),
       jsonb_build_object('city', lower(city), 'age', 18 + n % 60, 'last_order', 'order ' || n, 'note', repeat('x', 100)),
       array['customer', 'tag' || n % 20, 'tag' || n % 7], n % 5 > 0, 'import', at, at, n
     from generate_series(1, $2::int) n, lateral (select
       case when n % 7 > 0 then 'Person ' || n end as name,
       case when n % 2 > 0 then 'person' || n || '@example.org' end as email,
       (array['Pune', 'Goa', 'Delhi', 'Mumbai'])[1 + n % 4] as city,
       to_char(timestamp '2026-01-01' + n * interval '10 seconds', 'YYYY-MM-DD"t"HH24:MI:SS".000z"') as at) p`,
    [accountId, people],
  );

const taken = async <Done>(what: string, work: () => Promise<Done>) => {
  const begun = performance.now();
  const done = await work();
  const seconds = (performance.now() - begun) / 1_000;
  console.log(`${what}: ${seconds.toFixed(1)} s`);
  expect([what, seconds < LONGEST_S]).toEqual([what, true]);
  return done;
};

it('of a million contacts is previewed and frozen within 30 s, memory flat', async () => {
  const account = system.account();
  await account.numbers({ ...NUMBER, messagingLimit: 'TIER_UNLIMITED' });
  await account.template();
  for (const [id, people] of [
    ['acc_other', OTHERS],
    [account.accountId, PEOPLE],
  ] as const)
    await fill(id, people);
  await system.pool.query('vacuum analyze campaigns.contacts');
  await account.deleteTag('tag3');

  const template: CampaignTemplate = {
    name: 'offer',
    language: 'en',
    variables: [
      '{{contact.name}}',
      '{{contact.customFields.city|town}}',
      '{{contact.customFields.last_order}}',
      '{{contact.email|none}}',
    ],
  };
  const audiences: Readonly<Record<string, Audience>> = {
    all: { kind: 'all' },
    tags: { kind: 'tags', tags: ['Customer', 'tag3'], exclude: ['tag4'] },
    segment: {
      kind: 'segment',
      filters: [
        { field: 'customFields.city', operator: 'in', value: ['pune', 'Goa'] },
        { field: 'customFields.age', operator: 'gte', value: 21 },
        { field: 'createdAt', operator: 'gt', value: '2026-01-02' },
        { field: 'name', operator: 'contains', value: 'RSON' },
        { field: 'email', operator: 'is_set' },
      ],
    },
  };
  const heap = () => process.memoryUsage().heapUsed / 1e6;
  const before = heap();
  const plans: Record<string, number> = {};
  for (const [kind, audience] of Object.entries(audiences)) {
    const { total, plan } = await taken(`preview, ${kind}`, () => account.preview({ audience, template }));
    plans[kind] = plan!.eligible;
    expect(total).toBeGreaterThan(PEOPLE / 10);
  }
  for (const [kind, audience] of Object.entries(audiences)) {
    const counts = await taken(`freeze, ${kind}`, () => account.freezeOnly(template, audience));
    expect(counts[STATE.queued]).toBe(plans[kind]);
  }
  expect(plans['all']).toBe(
    PEOPLE - Math.floor(PEOPLE / 5) - Math.floor(PEOPLE / 7) + Math.floor(PEOPLE / 35),
  );
  // In MB; a million recipients in memory would take 300 or more.
  expect(heap() - before).toBeLessThan(100);
});
