import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactView } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { LIMITS } from '@wbiz/contracts/limits';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { contactsOnPostgres, incompressible, type ContactsOnPostgres } from '../contacts.harness.js';
import { tags } from '../tag/tag.aggregate.js';
import { contacts } from './contact.aggregate.js';
import type { ContactCommand } from './contact.messages.js';
import { facts, inbound, opt } from './contact.samples.js';

type Account = ReturnType<ContactsOnPostgres['account']>;
let system: ContactsOnPostgres;
beforeAll(async () => {
  system = await contactsOnPostgres();
});
afterAll(() => system.close());

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const byNewest = (a: ContactView, b: ContactView) =>
  `${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? 1 : -1;

describe('a contact', () => {
  it('is one contact with all that two hundred writers at once gave it', async () => {
    const account = system.account();
    const phone = system.newPhone();
    const stores = numbers(4).map(() => system.newStore());
    const answers = await Promise.all(
      numbers(200).map((index) =>
        account.upsert(
          {
            phone,
            by: `key_${index}`,
            tags: [`tag-${index % 90}`],
            customFields: { [`f${index % 40}`]: String(index) },
          },
          stores[index % 4],
        ),
      ),
    );
    expect(answers.filter(({ result }) => result === 'created')).toHaveLength(1);
    expect(answers.filter(({ result }) => result === 'skipped')).toEqual([]);
    const [only, ...others] = await account.everything({});
    expect(others).toEqual([]);
    expect(only!.tags.toSorted()).toEqual(
      [...new Set(numbers(90).map((index) => `tag-${index}`))].toSorted(),
    );
    expect(Object.keys(only!.customFields)).toHaveLength(40);
    expect(Object.values(await account.counts())).toEqual(numbers(90).map(() => 1));
    const { data: history } = (await account.history(only!.id, { limit: 200 }))!;
    const did = new Set(history.map(({ by }) => by));
    // An upsert has no event if its tag was there already and a later upsert of the same batch replaced its value.
    expect(did.size).toBeGreaterThanOrEqual(90);
    expect(history.at(-1)).toMatchObject({ type: 'created', changed: [] });
  });

  it('is the same with and without the mobile 9 of Brazil and Argentina', async () => {
    const account = system.account();
    for (const [one, other] of [
      ['+5511987654321', '+551187654321'],
      ['+5491123456789', '+541123456789'],
    ] as const) {
      expect((await account.upsert({ phone: one })).result).toBe('created');
      expect((await account.upsert({ phone: other })).result).toBe('updated');
    }
    expect(await account.everything({})).toHaveLength(2);
  });

  it('has events that replay to its row', async () => {
    const account = system.account();
    const { id } = await account.upsert({
      phone: system.newPhone(),
      name: 'A',
      tags: ['x'],
      customFields: { city: 'P' },
    });
    await account.update(id, { tags: ['y', 'z'], email: 'a@example.com', optedIn: true });
    await account.deleteTag('y');
    await account.cleaned();
    await account.update(id, { optedIn: false, customFields: { city: null } });
    const { rows } = await system.pool.query<{ state: unknown }>(
      'select state from contacts.contacts where stream = $1',
      [id],
    );
    expect(await system.store.replay(contacts, id)).toEqual(rows[0]!.state);
    expect(await account.get(id)).toMatchObject({ tags: ['z'], optedIn: false, customFields: {} });
  });

  it('is refused by itself, not with its neighbours', async () => {
    const account = system.account();
    await account.createField('age', 'number');
    const answers = await Promise.all(
      numbers(20).map((index) =>
        account.upsert({
          phone: system.newPhone(),
          tags: ['t'],
          customFields: { age: (index % 5 ? index : 'x') as number },
        }),
      ),
    );
    expect(
      answers.filter(({ reply }) => !reply.ok).map(({ reply }) => !reply.ok && reply.error.code),
    ).toEqual(numbers(4).map(() => 'invalid_request'));
    expect(await account.counts()).toEqual({ t: 16 });
  });

  it('may have long texts, of any characters', async () => {
    const account = system.account();
    const given = {
      phone: system.newPhone(),
      userId: `IN.${'x'.repeat(128)}`,
      name: incompressible(400),
      email: `${hash('sha512', 'a')}@${hash('sha512', 'b').slice(0, 121)}.io`,
      // Each character folds to three in the tag's key.
      tags: numbers(LIMITS.contactTags.max).map((index) => `${'\ufb2c'.repeat(61)}${index + 100}`),
    };
    const { id } = await account.upsert(given);
    expect(await account.get(id)).toMatchObject(given);
    for (const search of [given.phone, given.email, given.name.slice(0, 200)])
      expect((await account.list({ search })).data).toMatchObject([{ id }]);
    expect((await account.list({ tag: given.tags.slice(0, 1) })).data).toMatchObject([{ id }]);
  });

  it('of another account is not there, and cannot be written to', async () => {
    const [mine, other] = [system.account(), system.account()];
    const { id } = await mine.upsert({ phone: system.newPhone(), name: 'Mine' });
    expect(await other.get(id)).toBeNull();
    expect(await other.history(id)).toBeNull();
    expect(await other.optedOut(id)).toBe(false);
    expect(await other.update(id, { name: 'Theirs' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
    expect(await mine.get(id)).toMatchObject({ name: 'Mine' });
  });

  it('has its opt-in told: when, how and by which key', async () => {
    const account = system.account();
    const { id } = await account.upsert({ phone: system.newPhone(), optedIn: true, source: 'import' });
    await account.update(id, { optedIn: false });
    expect(await account.optedOut(id)).toBe(true);
    await account.update(id, { optedIn: true });
    expect(await account.optedOut(id)).toBe(false);
    const { data } = (await account.history(id))!;
    expect(data.map(({ type, how, by }) => [type, how, by])).toEqual([
      ['updated', 'api', 'key_2'],
      ['opted_out', 'api', 'key_2'],
      ['updated', 'api', 'key_2'],
      ['created', 'import', 'key_1'],
    ]);
    const first = (await account.history(id, { limit: 2 }))!;
    const rest = (await account.history(id, { limit: 2, cursor: first.nextCursor! }))!;
    expect([...first.data, ...rest.data]).toEqual(data);
    expect(rest.nextCursor).toBeNull();
  });

  it('known by its user id becomes one with that of its phone number', async () => {
    const account = system.account();
    const phone = system.newPhone();
    const old = await account.upsert({ userId: 'IN.77', name: 'Asha', tags: ['vip'], optedIn: false });
    const both = await account.upsert({ phone, userId: 'IN.77', email: 'a@example.com' });
    expect(both).toMatchObject({ id: contactIdOf(account.accountId, phone), result: 'updated' });
    const one = await account.get(both.id);
    expect(one).toMatchObject({
      phone,
      userId: 'IN.77',
      name: 'Asha',
      email: 'a@example.com',
      tags: ['vip'],
    });
    expect(await account.get(old.id)).toEqual(one);
    expect(await account.everything({})).toEqual([one]);
    expect(await account.everything({ search: 'asha' })).toEqual([one]);
    expect(await account.everything({ tag: ['vip'] })).toEqual([one]);
    expect(await account.counts()).toEqual({ vip: 1 });
    expect([await account.optedOut(old.id), await account.optedOut(both.id)]).toEqual([true, true]);
    const again = await account.upsert({ userId: 'IN.77', name: 'Asha S' });
    expect(again.reply).toMatchObject({ ok: true, data: { id: both.id, created: false } });
    expect(await account.update(old.id, { tags: ['gold'] })).toMatchObject({
      ok: true,
      data: { id: both.id },
    });
    expect(await account.everything({})).toMatchObject([{ id: both.id, name: 'Asha S', tags: ['gold'] }]);
  });

  it.each([
    ['at once', async (account: Account, phone: string) => account.upsert({ phone, userId: 'IN.1' })],
    [
      'one after the other',
      async (account: Account, phone: string) => {
        await account.upsert({ phone });
        return account.upsert({ phone, userId: 'IN.1' });
      },
    ],
  ])('with a number and a user id, told %s, is found by either', async (_told, made) => {
    const account = system.account();
    const phone = system.newPhone();
    const { id } = await made(account, phone);
    const byUserId = await account.upsert({ userId: 'IN.1', name: 'Asha' });
    expect(byUserId.reply).toMatchObject({ ok: true, data: { id, created: false } });
    const noted = { accountId: account.accountId, type: 'contact.note-inbound' } as const;
    const contactId = contactIdOf(account.accountId, 'IN.1');
    const at = new Date().toISOString();
    const data = { contactId, phone: null, userId: 'IN.1', name: null, at };
    await system.store.apply(contacts, { ...noted, data });
    const one = { id, phone, userId: 'IN.1', name: 'Asha' };
    expect(await account.everything({})).toMatchObject([one]);
    expect(await account.get(contactId)).toMatchObject(one);
    expect(await system.store.replay(contacts, contactId)).toMatchObject({ mergedInto: id });
  });

  it('is one contact if its number and its user id come in one batch', async () => {
    const account = system.account();
    const phones = numbers(20).map(() => system.newPhone());
    const rows = phones.flatMap((phone, index) => [
      { phone, userId: `IN.${index}`, name: 'Asha' },
      { userId: `IN.${index}`, email: 'a@example.com' },
      { phone, tags: ['vip'] },
    ]);
    const replies = await Promise.all(rows.map((row) => account.upsert(row)));
    expect(replies.every(({ reply }) => reply.ok)).toBe(true);
    const all = await account.everything({});
    expect(all.map(({ phone }) => phone).toSorted()).toEqual(phones.toSorted());
    for (const one of all) expect(one).toMatchObject({ name: 'Asha', email: 'a@example.com', tags: ['vip'] });
  });

  it('keeps its user id where a request gives it to another number', async () => {
    const account = system.account();
    const { id } = await account.upsert({ phone: system.newPhone(), userId: 'IN.1' });
    const other = await account.upsert({ phone: system.newPhone(), userId: 'IN.1' });
    expect(other.reply).toMatchObject({
      ok: false,
      error: { code: 'conflict', message: `The user id IN.1 is that of the contact ${id}.` },
    });
    expect(await account.everything({})).toMatchObject([{ id }]);
  });

  it('follows to another number, is found by both, and keeps the former one in its history', async () => {
    const account = system.account();
    const [had, has] = [system.newPhone(), system.newPhone()];
    const { id } = await account.upsert({ phone: had, name: 'Asha' });
    const imported = await account.upsert({ phone: has, tags: ['vip'] });
    const change = {
      accountId: account.accountId,
      type: 'contact.note-change' as const,
      data: { contactId: id, phone: has, userId: 'IN.2', at: new Date().toISOString() },
    };
    for (let again = 0; again < 2; again += 1)
      expect(await system.store.apply(contacts, change)).toMatchObject({ ok: true });
    const one = { id, phone: has, userId: 'IN.2', name: 'Asha', tags: ['vip'] };
    expect(await account.everything({})).toMatchObject([one]);
    expect((await account.list({ search: has })).data).toMatchObject([one]);
    for (const person of [{ phone: had }, { phone: has }, { userId: 'IN.2' }])
      expect((await account.upsert(person)).reply).toMatchObject({ ok: true, data: { id, contact: one } });
    expect(await account.get(imported.id)).toMatchObject(one);
    const [changed, made] = (await account.history(id))!.data;
    expect(changed).toMatchObject({ type: 'changed_number', formerPhone: had, contact: { phone: has } });
    expect(made).toMatchObject({ type: 'created', contact: { phone: had } });
    expect(made).not.toHaveProperty('formerPhone');
  });

  it('that was merged into another passes commands on to it', async () => {
    const account = system.account();
    const { accountId } = account;
    await account.upsert({ userId: 'IN.78', optedIn: true });
    const both = await account.upsert({ phone: system.newPhone(), userId: 'IN.78' });
    expect(await account.optedOut(both.id)).toBe(false);

    const saidAt = new Date(Date.now() + 2_000).toISOString();
    const contactId = contactIdOf(accountId, 'IN.78');
    const { type, data } = opt({ contactId, phone: null, userId: 'IN.78', saidAt }) as Extract<
      ContactCommand,
      { type: 'contact.note-opt' }
    >;
    for (let again = 0; again < 2; again += 1)
      expect(await system.store.apply(contacts, { accountId, type, data })).toMatchObject({ ok: true });
    expect(await account.get(both.id)).toMatchObject({ optedIn: false, optedOutAt: saidAt, userId: 'IN.78' });
    const told = (await account.history(both.id))!.data.map((change) => change.type);
    expect(told).toEqual(['opted_out', 'updated', 'created']);
  });

  it('can be created in a transaction of the caller', async () => {
    const account = system.account();
    const command = inbound({ contactId: contactIdOf(account.accountId, '+918899332211') }, facts());
    await inTransaction(system.pool, (tx) =>
      system.store.applyIn(tx, contacts, [{ ...command, accountId: account.accountId }]),
    );
    expect(await account.everything({})).toMatchObject([{ source: 'inbound', name: 'Asha' }]);
  });
});

describe('custom fields', () => {
  it('are at most 50 of an account, also of writers at once', async () => {
    const account = system.account();
    const answers = await Promise.all(
      numbers(80).map((index) =>
        account.upsert({ phone: system.newPhone(), customFields: { [`k${index}`]: 'x' } }),
      ),
    );
    expect(answers.filter(({ result }) => result === 'created')).toHaveLength(50);
    expect((await account.fields({ limit: 200 })).data).toHaveLength(50);
    const valued = (await account.everything({})).flatMap(({ customFields }) => Object.keys(customFields));
    expect(valued.toSorted()).toEqual(
      (await account.fields({ limit: 200 })).data.map(({ key }) => key).toSorted(),
    );
  });

  it('go with their values when they are deleted', async () => {
    const account = system.account();
    const { id } = await account.upsert({
      phone: system.newPhone(),
      customFields: { city: 'Pune', shoe: '43' },
    });
    await account.deleteField('city');
    expect((await account.get(id))!.customFields).toEqual({ shoe: '43' });
    await account.createField('city', 'number');
    expect((await account.get(id))!.customFields).toEqual({ shoe: '43' });
    await account.update(id, { customFields: { city: 7 } });
    await account.cleaned();
    expect((await account.get(id))!.customFields).toEqual({ shoe: '43', city: 7 });
    expect((await account.fields()).removals).toEqual([]);
  });
});

describe('a tag', () => {
  it('is counted right after every write', async () => {
    const account = system.account();
    const { id } = await account.upsert({ phone: system.newPhone(), tags: ['A', 'b'] });
    await account.upsert({ phone: system.newPhone(), tags: ['a'] });
    expect(await account.counts()).toEqual({ A: 2, b: 1 });
    await account.update(id, { tags: ['b', 'c'] });
    expect(await account.counts()).toEqual({ A: 1, b: 1, c: 1 });
    expect((await account.everything({ tag: ['B', 'C'] })).map((one) => one.id)).toEqual([id]);
    expect(await account.everything({ tag: ['a', 'b'] })).toEqual([]);
  });

  it('is gone from every contact at once when it is deleted, and one made anew is another', async () => {
    const account = system.account();
    const phones = numbers(1_200).map(system.newPhone);
    await Promise.all(phones.map((phone) => account.upsert({ phone, tags: ['vip', 'kept'] })));
    expect(await account.deleteTag('VIP')).toMatchObject({ ok: true });
    expect(await account.removals()).toMatchObject([{ name: 'vip', total: 1_200, remaining: 1_200 }]);
    const seen = await account.everything({});
    expect(seen).toHaveLength(1_200);
    expect(new Set(seen.map((one) => one.tags.join()))).toEqual(new Set(['kept']));
    expect(await account.everything({ tag: ['vip'] })).toEqual([]);
    const again = await account.upsert({ phone: phones[7]!, tags: ['vip'] });
    expect(await account.counts()).toEqual({ vip: 1, kept: 1_200 });

    await account.cleaned();
    expect(await account.counts()).toEqual({ vip: 1, kept: 1_200 });
    expect((await account.everything({ tag: ['vip'] })).map(({ id }) => id)).toEqual([again.id]);
    expect(await account.removals()).toEqual([]);
    const { rows } = await system.pool.query(
      `select count(*)::int as rows, count(*) filter (where generation = 1)::int as old from contacts.contact_tags
       where account_id = $1 and tag = 'vip'`,
      [account.accountId],
    );
    expect(rows).toEqual([{ rows: 1, old: 0 }]);
    const states = await system.pool.query<{ tags: number }>(
      `select max(jsonb_array_length(state->'tags'))::int as tags from contacts.contacts where account_id = $1`,
      [account.accountId],
    );
    expect(states.rows).toEqual([{ tags: 2 }]);
  });

  it.each([
    [['\u0000', 'vip']],
    [['2026-11-22T10:00:00.000Z', '\u0000']],
    [['2026-11-22T10:00:00.000Z', '\ud800']],
    [['2026-11-22T10:00:00.000Z']],
    [[1, 'vip']],
  ])('is not listed behind the cursor %j', async (key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    await expect(system.account().tags({ cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ pointer: '?cursor' }],
    });
  });

  it('of few contacts is removed before a tag of many contacts in another account', async () => {
    const [many, few] = [system.account(), system.account()];
    const given = { tags: ['vip'] };
    await Promise.all(numbers(600).map(() => many.upsert({ phone: system.newPhone(), ...given })));
    await few.upsert({ phone: system.newPhone(), ...given });
    await many.deleteTag('vip');
    await few.deleteTag('vip');
    await Promise.all([few.cleaned(), many.cleaned()]);
    const { rows } = await system.pool.query(
      `select count(*)::int as after from contacts.events where account_id = $1
         and position > (select max(position) from contacts.events where account_id = $2)`,
      [many.accountId, few.accountId],
    );
    expect(rows).toEqual([{ after: 600 }]);
  });

  it('deleted and used at once, again and again, leaves counts that are true', async () => {
    const account = system.account();
    const phones = numbers(30).map(system.newPhone);
    const stores = [system.store, system.newStore()];
    const writer = async (turn: number) => {
      for (const [index, phone] of phones.entries())
        await account.upsert({ phone, tags: ['x', `y${(turn + index) % 3}`] }, stores[turn % 2]);
    };
    const deleter = async () => {
      for (let turn = 0; turn < 12; turn += 1) {
        await account.deleteTag(turn % 2 ? 'x' : 'y1');
        await account.cleaned();
      }
    };
    await Promise.all([...numbers(4).map(writer), deleter()]);
    await account.cleaned();
    const all = await account.everything({});
    const counts = await account.counts();
    for (const name of ['x', 'y0', 'y1', 'y2']) {
      const having = all.filter((one) => one.tags.includes(name)).map(({ id }) => id);
      expect([name, counts[name] ?? 0]).toEqual([name, having.length]);
      expect((await account.everything({ tag: [name] })).map(({ id }) => id).toSorted()).toEqual(
        having.toSorted(),
      );
    }
    expect(await system.store.replay(tags, `tag:${account.accountId}:x`)).not.toBeNull();
  });
});

it('no event after the deletion of a tag or custom field has it, unless it was given again', async () => {
  const account = system.account();
  const phone = system.newPhone();
  const given = { tags: ['vip', 'kept'], customFields: { city: 'Pune', shoe: '43' } };
  const { id } = await account.upsert({ phone, ...given });
  await account.deleteTag('VIP');
  await account.deleteField('city');
  await account.update(id, { name: 'Ann' });
  await account.createTag('vip');
  await account.createField('city', 'text');
  await account.update(id, { name: 'Ann Lee' });
  await account.upsert({ phone, tags: ['vip'], customFields: { city: 'Goa' } });
  const { rows } = await system.pool.query<{ tags: string[]; fields: object }>(
    `select data->'contact'->'tags' as tags, data->'contact'->'customFields' as fields from contacts.events
     where stream = $1 and type in ('contact.created', 'contact.updated')
       and position > (select max(position) from contacts.events where account_id = $2 and type in ('tag.deleted', 'custom_field.deleted'))
     order by position`,
    [id, account.accountId],
  );
  expect(rows).toEqual([
    { tags: ['kept'], fields: { shoe: '43' } },
    { tags: ['kept'], fields: { shoe: '43' } },
    { tags: ['kept', 'vip'], fields: { shoe: '43', city: 'Goa' } },
  ]);
});

it('lists of tags and of custom fields go on behind a cursor', async () => {
  const account = system.account();
  for (const name of ['one', 'two', 'three']) {
    await account.createTag(name);
    await account.createField(name, 'text');
  }
  const [tags, fields] = [await account.tagPage({ limit: 2 }), await account.fields({ limit: 2 })];
  const behind = {
    tags: await account.tagPage({ limit: 2, cursor: tags.nextCursor! }),
    fields: await account.fields({ limit: 2, cursor: fields.nextCursor! }),
  };
  expect([...tags.data, ...behind.tags.data]).toEqual(await account.tags());
  expect([...fields.data, ...behind.fields.data]).toEqual((await account.fields()).data);
  expect([behind.tags.nextCursor, behind.fields.nextCursor]).toEqual([null, null]);
});

describe('the list', () => {
  const names = ['Asha Sharma', 'Ravi Iyer', 'João da Silva', '王伟', 'Tom_100%', "O'Neil", null];
  const filters: [string, object, (one: ContactView, since: string) => boolean][] = [
    ['nothing', {}, () => true],
    ['a tag', { tag: ['even'] }, ({ tags: own }) => own.includes('even')],
    [
      'two tags',
      { tag: ['even', 'Third'] },
      ({ tags: own }) => own.includes('even') && own.includes('third'),
    ],
    ['an unknown tag', { tag: ['none'] }, () => false],
    ['an opt-in', { optedIn: true }, ({ optedIn }) => optedIn],
    ['none', { optedIn: false }, ({ optedIn }) => !optedIn],
    ['a name', { search: 'asha' }, ({ name }) => name === 'Asha Sharma'],
    ['a part of a name', { search: 'A SIL' }, ({ name }) => name === 'João da Silva'],
    ['a name without its accents', { search: 'joao' }, ({ name }) => name === 'João da Silva'],
    ['one character', { search: '伟' }, ({ name }) => name === '王伟'],
    [
      'a beginning of two letters',
      { search: 'as' },
      ({ name, email }) => name === 'Asha Sharma' || email!.startsWith('as'),
    ],
    ['what means something in SQL', { search: '_100%' }, ({ name }) => name === 'Tom_100%'],
    ['a quote', { search: "o'n" }, ({ name }) => name === "O'Neil"],
    ['an e-mail address', { search: 'p7@EXAMPLE' }, ({ email }) => email === 'p7@example.com'],
    ['a part of a number', { search: '0007' }, ({ phone }) => phone!.includes('0007')],
    ['a number as it is typed', { search: '+91 70000-0012' }, ({ phone }) => phone!.includes('+91700000012')],
    ['nothing that is there', { search: 'zzz' }, () => false],
    [
      'a tag and an opt-in',
      { tag: ['third'], optedIn: false },
      ({ tags: own, optedIn }) => own.includes('third') && !optedIn,
    ],
    [
      'two tags and a time',
      { tag: ['third', 'even'], updatedSince: '2026-11-22T10:00:00.010Z' },
      ({ tags: own, updatedAt }) => own.length === 2 && updatedAt >= '2026-11-22T10:00:00.010Z',
    ],
    [
      'a tag and a part of a number',
      { tag: ['third'], search: '0007' },
      ({ tags: own, phone }) => own.includes('third') && phone!.includes('0007'),
    ],
    [
      'all of it',
      { search: 'example.com', tag: ['even'], optedIn: true },
      ({ tags: own, optedIn }) => own.includes('even') && optedIn,
    ],
  ];
  let account: ReturnType<ContactsOnPostgres['account']>;
  let all: ContactView[];
  beforeAll(async () => {
    account = system.account();
    const other = system.account();
    await Promise.all(
      numbers(140).flatMap((index) => {
        const given = {
          phone: `+9170000${String(index).padStart(5, '0')}`,
          name: names[index % names.length]!,
          email: `p${index}@example.com`,
          tags: [...(index % 2 ? [] : ['even']), ...(index % 3 ? [] : ['third'])],
          ...(index % 4 ? {} : { optedIn: true }),
          // Five contacts each have the same `at`.
          at: new Date(Date.parse('2026-11-22T10:00:00Z') + Math.floor(index / 5)).toISOString(),
        };
        return [account.upsert(given), other.upsert(given)];
      }),
    );
    all = await account.everything({});
  });

  it('is of one account, newest first, each once, in whatever pages', async () => {
    expect(all).toHaveLength(140);
    expect(all).toEqual(all.toSorted(byNewest));
    for (const limit of [1, 7, 50, 139, 140]) expect(await account.everything({ limit })).toEqual(all);
  });

  // Each way to search (newest only, newest then index, index only), over a tag's contacts and over all contacts.
  it.each(filters)('can be filtered by %s', async (_what, ask, wanted) => {
    const expected = all.filter((one) => wanted(one, ''));
    const { scanDepths, smallTag } = system.people.contacts;
    try {
      for (const depths of [scanDepths, [20, 60], []])
        for (const most of [smallTag, 10]) {
          Object.assign(system.people.contacts, { scanDepths: depths, smallTag: most });
          for (const limit of [3, 200]) expect(await account.everything({ ...ask, limit })).toEqual(expected);
        }
    } finally {
      Object.assign(system.people.contacts, { scanDepths, smallTag });
    }
  });

  it('can be filtered by when something changed', async () => {
    const since = new Date().toISOString();
    const changed = [all[3]!, all[77]!];
    for (const { id } of changed) await account.update(id, { email: `new.${id}@example.com` });
    const found = await account.everything({ updatedSince: since });
    expect(found.map(({ id }) => id)).toEqual(changed.map(({ id }) => id));
    expect(await account.everything({ updatedSince: '2999-01-01T00:00:00Z' })).toEqual([]);
  });

  it('skips and repeats nothing behind a cursor while contacts are made', async () => {
    const first = await account.list({ limit: 10 });
    await account.upsert({ phone: system.newPhone(), name: 'New' });
    const rest = await account.everything({ cursor: first.nextCursor! });
    expect(rest.map(({ id }) => id)).toEqual(all.slice(10).map(({ id }) => id));
  });

  it.each([
    ['x'],
    [[1]],
    [['2026', 'cnt_00000000000000000000000000']],
    [['2026-11-22T10:00:00.000Z', 'x']],
    [[1, 2]],
  ])('refuses the cursor %j', async (key) => {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    await expect(account.list({ cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ pointer: '?cursor' }],
    });
  });
});
