import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BulkReceipt } from '@wbiz/contracts/contact-import';
import type { ContactChange, ContactView } from '@wbiz/contracts/contact';
import type { TagView } from '@wbiz/contracts/tag';
import { until } from '@wbiz/testing/stack';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readYourWrites } from './read-your-writes.js';
import { ok, type Answer, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

type Listed<Item> = { data: Item[]; nextCursor: string | null };
type Api = Client & { accountId: string; keyId: string };

let system: System;
let api: Api;
let other: Api;

beforeAll(async () => {
  system = await startSystem({ replicas: { gateway: 2, contacts: 2 } });
  api = await system.connect();
  const waba = await system.control<{ id: string }>('POST', '/wabas', {
    token: 'other-token',
    phoneNumbers: 1,
  });
  other = await system.connect({ wabaId: waba.id, accessToken: 'other-token' });
}, 120_000);
afterAll(() => system?.stop());

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
let serial = 0;
const newPhone = () => `+9199${String((serial += 1)).padStart(8, '0')}`;
const send = <Body>(method: string, path: string, body?: unknown) => api.request<Body>(method, path, body);
const list = async (query: string) => ok(await api.get<Listed<ContactView>>(`/v1/contacts?${query}`)).data;
const contactOf = async (phone: string) =>
  (await list(`search=${encodeURIComponent(phone)}`)).find((one) => one.phone === phone);

it('does what the reference shows, as it stands there', async () => {
  const made = await api.post<ContactView>('/v1/contacts', {
    phone: '+918899332211',
    name: 'Gaurav',
    tags: ['lead', 'vip'],
    customFields: { city: 'Ahmedabad' },
    optedIn: true,
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      phone: '+918899332211',
      name: 'Gaurav',
      email: null,
      tags: ['lead', 'vip'],
      customFields: { city: 'Ahmedabad' },
      optedIn: true,
      source: 'api',
    },
  });
  const again = await api.post<ContactView>('/v1/contacts', { phone: '00 91 88993-32211', tags: ['new'] });
  expect(again).toMatchObject({ status: 200, body: { id: made.body.id, tags: ['lead', 'vip', 'new'] } });
  expect(await api.get(`/v1/contacts/${made.body.id}`)).toMatchObject({ status: 200, body: again.body });
  expect(
    await send('PATCH', `/v1/contacts/${made.body.id}`, { tags: ['customer'], optedIn: true }),
  ).toMatchObject({
    status: 200,
    body: { tags: ['customer'], optedIn: true },
  });
  const bulk = await api.post<BulkReceipt>('/v1/contacts/bulk', {
    contacts: [
      { phone: '+918899332211', name: 'Gaurav', tags: ['customer'] },
      { phone: 'nobody' },
      { phone: '+918899332213', nonsense: 1 },
      'row',
      { phone: '+918899332214' },
      { phone: '+91 88993 32214', name: 'Same' },
    ],
    defaultTags: ['imported'],
    defaultOptedIn: false,
  });
  expect(bulk.status).toBe(200);
  expect(bulk.body).toMatchObject({ created: 1, updated: 2, skipped: 3 });
  expect(bulk.body.results.map(({ index, phone, result }) => [index, phone, result])).toEqual([
    [0, '+918899332211', 'updated'],
    [1, 'nobody', 'skipped'],
    [2, '+918899332213', 'skipped'],
    [3, null, 'skipped'],
    [4, '+918899332214', 'created'],
    [5, '+918899332214', 'updated'],
  ]);
  for (const { result, reason } of bulk.body.results)
    expect(reason).toEqual(result === 'skipped' ? expect.any(String) : null);
  expect(await list('search=&tag=&limit=50')).toHaveLength(2);
  expect(await list('search=gau&tag=customer&tag=imported')).toMatchObject([{ id: made.body.id }]);

  expect(await api.post('/v1/tags', { name: 'vip' })).toMatchObject({
    status: 201,
    body: { name: 'vip', contactCount: 0 },
  });
  expect(await api.post('/v1/tags', { name: 'VIP' })).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  });
  expect((await send('DELETE', '/v1/tags/imported')).status).toBe(204);
  expect((await send('DELETE', '/v1/tags/imported')).status).toBe(404);
  expect(await list('tag=imported')).toEqual([]);

  const field = { key: 'city', label: 'City', type: 'text' };
  expect(await api.post('/v1/custom-fields', field)).toMatchObject({
    status: 201,
    body: { ...field, options: null },
  });
  expect((await api.post('/v1/custom-fields', field)).status).toBe(409);
  expect(await api.get('/v1/custom-fields')).toMatchObject({ body: { data: [field], nextCursor: null } });
  expect((await send('DELETE', '/v1/custom-fields/city')).status).toBe(204);
  expect(await api.get(`/v1/contacts/${made.body.id}`)).toMatchObject({ body: { customFields: {} } });
});

it('reads what was just written', async () => {
  expect(await readYourWrites(api, 250)).toEqual([]);
});

it('makes one contact of two hundred upserts at once, and says who did what', async () => {
  const phone = newPhone();
  const answers = await Promise.all(
    numbers(200).map((index) =>
      api.post<ContactView>('/v1/contacts', { phone, tags: [`at-once-${index % 100}`] }),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...numbers(199).map(() => 200), 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const { id } = answers[0]!.body;
  const { body } = await api.get<ContactView>(`/v1/contacts/${id}`);
  expect(body.tags.toSorted()).toEqual(
    numbers(100)
      .map((index) => `at-once-${index}`)
      .toSorted(),
  );
  const history = ok(await api.get<Listed<ContactChange>>(`/v1/contacts/${id}/history?limit=200`)).data;
  expect(history).toHaveLength(100);
  expect(new Set(history.map(({ by }) => by))).toEqual(new Set([api.keyId]));
});

describe('a person who writes in', () => {
  afterEach(() => system.control('POST', '/behaviour', { userIds: 'all' }));

  it('becomes one contact, with the name from the profile in the inbox', async () => {
    const phones = numbers(20).map(newPhone);
    await Promise.all(
      phones.flatMap((from) =>
        numbers(3).map(() =>
          system.control('POST', '/inbound', {
            from,
            name: 'Asha',
            message: { type: 'text', text: { body: 'Hi' } },
          }),
        ),
      ),
    );
    const found = await until(async () => {
      const all = await Promise.all(phones.map(contactOf));
      return all.every((one) => one !== undefined) && all;
    });
    for (const one of found) expect(one).toMatchObject({ name: 'Asha', source: 'inbound', optedIn: false });
    const events = (await api.allEvents()).filter(({ type }) => type === 'contact.created');
    const ids = events.map(({ data }) => data.contactId);
    expect(ids).toHaveLength(new Set(ids).size);
    ok(await send('PATCH', `/v1/contacts/${found[0]!.id}`, { name: 'Asha Sharma' }));
    const conversation = async (search: string) =>
      (await api.get<Listed<{ contact: { name: string } }>>(`/v1/conversations?search=${search}`)).body
        .data[0]?.contact;
    await until(async () => (await conversation(encodeURIComponent(phones[0]!)))?.name === 'Asha Sharma');
    expect(await conversation('sharma')).toMatchObject({ id: found[0]!.id });
  });

  const template = { template: 'diwali_offer', language: 'en_US' };
  it('and says STOP gets no marketing until START', async () => {
    const phone = newPhone();
    const created = ok(await api.post<ContactView>('/v1/contacts', { phone, name: 'Asha', optedIn: true }));
    expect((await api.post('/v1/messages/template', { to: phone, ...template })).status).toBe(201);
    await system.writeIn(api, phone, ' Stop! ');
    await until(async () => (await contactOf(phone))?.optedIn === false);
    expect(await api.post('/v1/messages/template', { to: phone, ...template })).toMatchObject({
      status: 409,
      body: { code: 'recipient_opted_out' },
    });
    // Only marketing is refused: a text is still accepted.
    expect((await api.post('/v1/messages/text', { to: phone, body: 'Done.' })).status).toBe(201);
    const out = await until(async () =>
      (await api.allEvents()).filter(
        ({ type, data }) => type === 'contact.opted_out' && data.contactId === created.id,
      ),
    );
    expect(out).toMatchObject([{ data: { phone, how: 'stop_word', by: null } }]);
    await system.writeIn(api, phone, 'START');
    await until(async () => (await contactOf(phone))?.optedIn === true);
    expect((await api.post('/v1/messages/template', { to: phone, ...template })).status).toBe(201);
    const history = ok(await api.get<Listed<ContactChange>>(`/v1/contacts/${created.id}/history`)).data;
    expect(history.map(({ type, how }) => [type, how])).toEqual([
      ['updated', 'start_word'],
      ['opted_out', 'stop_word'],
      ['updated', 'stop_word'],
      // The person's first message told WBIZ the person's user id.
      ['updated', null],
      ['created', 'api'],
    ]);
  });

  it('gets no marketing any more once Meta says that the person stopped it', async () => {
    const phone = '+919999131050';
    const { id } = ok(await api.post<ContactView>('/v1/contacts', { phone, optedIn: true }));
    expect((await api.post('/v1/messages/template', { to: phone, ...template })).status).toBe(201);
    await until(async () => (await contactOf(phone))?.optedIn === false);
    expect(await api.post('/v1/messages/template', { to: phone, ...template })).toMatchObject({
      status: 409,
      body: { code: 'recipient_opted_out' },
    });
    const [out] = ok(await api.get<Listed<ContactChange>>(`/v1/contacts/${id}/history`)).data;
    expect(out).toMatchObject({ type: 'opted_out', how: 'refused_by_meta', by: null });
  });

  it.each([
    ['number', 'given'],
    ['user id', 'given'],
    ['number', 'all'],
    ['user id', 'all'],
  ])('is one person in one conversation, the %s first, user ids where %s', async (first, userIds) => {
    await system.control('POST', '/behaviour', { userIds });
    const phone = newPhone();
    const userId = `IN.${phone.slice(1)}`;
    const told = async (person: object, message: object = { type: 'text', text: { body: 'Hi' } }) => {
      const body = { name: 'Asha', message, ...person };
      const { wamid } = await system.control<{ wamid: string }>('POST', '/inbound', body);
      return until(async () => {
        const events = (await api.allEvents()).filter(({ type }) => type === 'message.received');
        return events.find(({ data }) => data.wamid === wamid)?.data;
      });
    };
    await told({ from: first === 'number' ? phone : userId });
    const both = await told({ from: phone, userId });
    const { contactId, conversationId } = both;
    const found = [await told({ from: userId }), await told({ from: phone })];
    expect(found).toMatchObject([
      { from: null, userId, contactId, conversationId },
      { from: phone, contactId, conversationId },
    ]);
    const sent = ok(
      await api.post<{ conversationId: string }>('/v1/messages/text', { to: userId, body: 'Hi!' }),
    );
    expect(sent).toMatchObject({ conversationId });
    const one = { id: contactId, phone, userId };
    await until(async () => (await list(`search=${encodeURIComponent(phone)}`)).length === 1);
    expect(await contactOf(phone)).toMatchObject(one);
    expect(ok(await api.post('/v1/contacts', { userId, tags: ['met'] }))).toMatchObject({
      ...one,
      tags: ['met'],
    });
    const inbox = await api.get<Listed<object>>(`/v1/conversations?search=${encodeURIComponent(phone)}`);
    expect(ok(inbox).data).toMatchObject([
      { id: conversationId, contact: { id: contactId, phone }, unreadCount: 4 },
    ]);

    const moved = newPhone();
    const change = { body: 'changed', type: 'user_changed_number', new_wa_id: Number(moved.slice(1)) };
    expect(await told({ from: phone, userId }, { type: 'system', system: change })).toMatchObject({
      contactId,
      payload: { phone: moved },
    });
    expect(await told({ from: moved })).toMatchObject({ contactId, conversationId });
    await until(async () => (await contactOf(moved))?.id === contactId);
    const changes = ok(await api.get<Listed<ContactChange>>(`/v1/contacts/${contactId}/history`)).data;
    expect(changes.filter(({ type }) => type === 'changed_number')).toMatchObject([{ formerPhone: phone }]);
    expect(ok(await api.post('/v1/contacts', { phone, name: 'Asha' }))).toMatchObject({
      id: contactId,
      phone: moved,
    });
  });

  it('is opted out by a request before the very next send', async () => {
    const phone = newPhone();
    const { id } = ok(await api.post<ContactView>('/v1/contacts', { phone, optedIn: true }));
    for (const optedIn of [false, true, false]) {
      ok(await send('PATCH', `/v1/contacts/${id}`, { optedIn }));
      const { status } = await api.post('/v1/messages/template', { to: phone, ...template });
      expect([optedIn, status]).toEqual([optedIn, optedIn ? 201 : 409]);
    }
  });

  it('can opt out in WhatsApp’s own settings', async () => {
    const phone = newPhone();
    await system.control('POST', '/preferences', { from: phone, value: 'stop' });
    await until(async () => (await contactOf(phone))?.optedOutAt);
    await system.control('POST', '/preferences', { from: phone, value: 'resume' });
    await until(async () => (await contactOf(phone))?.optedIn);
  });

  it('opts out by the words that the account has chosen', async () => {
    ok(
      await system.admin('PATCH', `/accounts/${api.accountId}`, {
        optOutWords: { en: { stop: ['enough'], start: ['go on'] } },
      }),
    );
    const phone = newPhone();
    await until(async () => {
      await system.writeIn(api, phone, 'Enough.');
      return (await contactOf(phone))?.optedOutAt;
    });
    await system.writeIn(api, phone, 'go on');
    await until(async () => (await contactOf(phone))?.optedIn);
    await system.writeIn(api, phone, 'stop');
    await system.writeIn(api, phone, 'Hello?');
    expect(await contactOf(phone)).toMatchObject({ optedIn: true });
    ok(await system.admin('PATCH', `/accounts/${api.accountId}`, { optOutWords: null }));
  });
});

describe('contacts killed', () => {
  /** Retries with the same Idempotency-Key until the answer is final. */
  const carefully = async (body: unknown): Promise<Answer<BulkReceipt>> => {
    const key = randomUUID();
    for (const giveUp = Date.now() + 90_000; ; await delay(200)) {
      const answer = await other
        .post<BulkReceipt>('/v1/contacts/bulk', body, { 'idempotency-key': key })
        .catch(() => undefined); // connection refused or broken: retry
      if (answer && ![409, 429, 503, 504].includes(answer.status)) return answer;
      if (Date.now() > giveUp) throw new Error(`No final answer: ${JSON.stringify(answer)}`);
    }
  };
  const both = ['contacts', 'contacts-2'];

  it('in the middle of bulk imports and of a large deletion has every row, and ends the deletion', async () => {
    const rows = numbers(5_000).map((index) => ({
      phone: `+9198${String(index).padStart(8, '0')}`,
      tags: ['old'],
    }));
    const missing = new Set(rows.map(({ phone }) => phone));
    let done = 0;
    const importing = (async () => {
      const calls = numbers(10).map((call) => rows.slice(call * 500, call * 500 + 500));
      await Promise.all(
        numbers(4).map(async () => {
          for (let mine = calls.pop(); mine; mine = calls.pop()) {
            let wanted = mine;
            // A row that was skipped is sent again in the next call.
            while (wanted.length > 0) {
              const { status, body } = await carefully({ contacts: wanted, defaultTags: ['imported'] });
              expect(status).toBe(200);
              const refused = body.results
                .filter(({ result }) => result === 'skipped')
                .map(({ phone }) => phone);
              wanted.forEach(({ phone }) => !refused.includes(phone) && missing.delete(phone));
              wanted = wanted.filter(({ phone }) => refused.includes(phone));
            }
            done += 1;
          }
        }),
      );
    })();
    await until(() => done >= 3, { timeoutMs: 60_000, describe: 'a third of the import' });
    await Promise.all(both.map((instance) => system.kill(instance)));
    await Promise.all(both.map((instance) => system.start(instance)));
    await importing;
    expect(missing).toEqual(new Set());
    const count = async (name: string) =>
      ok(await other.get<Listed<TagView>>('/v1/tags')).data.find((tag) => tag.name === name)?.contactCount;
    expect([await count('old'), await count('imported')]).toEqual([5_000, 5_000]);

    const begun = Date.now();
    expect((await other.request('DELETE', '/v1/tags/old')).status).toBe(204);
    expect(Date.now() - begun).toBeLessThan(2_000);
    const removals = async () =>
      (await other.get<{ removals: { remaining: number; total: number }[] }>('/v1/tags')).body.removals;
    await until(async () => ((await removals())[0]?.remaining ?? 5_000) < 5_000, { everyMs: 5 });
    await Promise.all(both.map((instance) => system.kill(instance)));
    await Promise.all(both.map((instance) => system.start(instance)));
    await until(async () => (await removals()).length === 0, {
      timeoutMs: 60_000,
      describe: 'the end of the deletion',
    });
    expect([await count('old'), await count('imported')]).toEqual([undefined, 5_000]);
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Listed<ContactView> = ok(
        await other.get<Listed<ContactView>>(`/v1/contacts?limit=200&cursor=${cursor}`),
      );
      expect(page.data.every(({ tags }) => tags.join() === 'imported')).toBe(true);
      cursor = page.nextCursor;
    }
  });
});

it('shows nobody’s contacts to others', async () => {
  expect(await other.get(`/v1/contacts?search=${encodeURIComponent(PERSON)}`)).toMatchObject({
    body: { data: [] },
  });
});
