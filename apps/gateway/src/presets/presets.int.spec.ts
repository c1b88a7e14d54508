import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import type { MediaOnFile } from '@wbiz/contracts/media';
import type { PresetView } from '@wbiz/contracts/preset';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import {
  addAccount,
  addKey,
  gatewayDatabase,
  PHONE_NUMBER_ID,
  startGateway,
  type FakeBus,
  type Gateway,
} from '../gateway.harness.js';
import { edgesTo, FakeMessaging } from '../messages/messaging.harness.js';

const ID = newId('int');
const CARD = {
  kind: 'buttons',
  body: 'How can we help?',
  header: { type: 'image', mediaId: newId('med') },
  buttons: [
    { id: 'sales', title: 'Sales' },
    { id: 'support', title: 'Support' },
  ],
} satisfies Partial<PresetView>;
const AT = '2026-11-22T10:00:00.000Z';

/** A stand-in for templates' presets. */
const owner = {
  presets: new Map<string, PresetView>(),
  written: [] as Parameters<FakeBus['send']>[1][],
  isAway: false,
  async get(id: string) {
    if (owner.isAway) throw new PeerUnavailable('templates is not there');
    return owner.presets.get(id) ?? null;
  },
};
const media = new Set<string>();

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let account: string;
let bearer: Record<string, string>;
let messaging: FakeMessaging;
let keys = 0;
beforeAll(async () => {
  database = await gatewayDatabase();
  account = await addAccount(database.pool);
  ({ bearer } = await addKey(database.pool, account, { scopes: ['interactive:write'] }));
  const { bus, peers } = edgesTo(() => messaging);
  gateway = await startGateway(database.url, {
    peers,
    bus: {
      ...bus,
      send: (service, command, options) => {
        if (service === 'messaging') return bus.send(service, command, options);
        owner.written.push(command);
        return Promise.resolve({ ok: true, data: null });
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(() => {
  messaging = new FakeMessaging({
    'preset.get': ({ accountId, id }) => (accountId === account ? owner.get(id) : Promise.resolve(null)),
    'media.find': async ({ accountId, id }) =>
      accountId === account && media.has(id) ? ({ state: 'kept' } as MediaOnFile) : null,
  });
  owner.presets = new Map([[ID, { id: ID, name: 'Help', ...CARD, createdAt: AT, updatedAt: AT }]]);
  owner.written = [];
  owner.isAway = false;
});

async function request(method: string, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.base}/v1/interactive${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: JSON.parse(text) as Record<string, unknown>,
    replayed: response.headers.get('idempotency-replayed') === 'true',
  };
}
const TO = { to: '+918899332211' };
const send = (headers?: Record<string, string>, body: object = TO, id = ID) =>
  request('POST', `/${id}/send`, body, headers);
const newKey = () => ({ 'idempotency-key': `preset-${(keys += 1)}` });
/** Moves the deadline of the claim into the past. */
const later = () =>
  database.pool.query(`update gateway.idempotency set deadline = now() - interval '1 minute'`);

describe('a preset sent', () => {
  it('is an interactive send of the whole card, and of nothing else of the preset', async () => {
    const extras = { from: PHONE_NUMBER_ID, replyTo: 'wamid.A', metadata: { order: '1043' } };
    const { status, body } = await send({}, { to: '91 88993 32211', ...extras });
    const [{ type, data }] = messaging.sent as [(typeof messaging.sent)[0]];
    expect([status, body['wamid']]).toEqual([201, `wamid.${data.messageId}`]);
    expect([type, data.kind, data.request]).toEqual([
      'message.send',
      'interactive',
      { to: '+918899332211', ...extras, ...CARD },
    ]);
  });

  it('is what the preset is now', async () => {
    owner.presets.set(ID, { ...owner.presets.get(ID)!, body: 'Pick an option to continue.' });
    await send();
    expect(messaging.sent[0]!.data.request).toMatchObject({ body: 'Pick an option to continue.' });
  });

  it('with Prefer: respond-async is a 202', async () => {
    messaging.outcome = undefined;
    const { status, body } = await send({ prefer: 'respond-async' });
    expect([status, body]).toEqual([202, { id: messaging.sent[0]!.data.messageId, status: 'accepted' }]);
  });

  it('is a 504 while Meta does not answer', async () => {
    messaging.outcome = undefined;
    expect(await send()).toMatchObject({ status: 504, body: { code: 'outcome_pending' } });
  });

  it('is refused where any send is: without entitlement, from a number of others, without the scope', async () => {
    const unpaid = await addAccount(database.pool, { entitled: false });
    const { bearer: unpaidKey } = await addKey(database.pool, unpaid);
    const { bearer: narrow } = await addKey(database.pool, account, { scopes: ['messages:send'] });
    expect(await send(unpaidKey)).toMatchObject({ status: 402, body: { code: 'not_entitled' } });
    expect(await send({}, { ...TO, from: '999' })).toMatchObject({
      status: 422,
      body: { code: 'phone_number_not_found', errors: [{ pointer: '/from' }] },
    });
    expect(await send(narrow)).toMatchObject({ status: 403, body: { scope: 'interactive:write' } });
    expect(messaging.sent).toHaveLength(0);
  });

  it.each([
    ['no such preset', newId('int')],
    ['no id', 'x'],
  ])('is a 404 for %s', async (_what, id) => {
    expect(await send({}, TO, id)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(messaging.sent).toHaveLength(0);
  });

  it("is a 404 where it is another account's", async () => {
    const other = await addKey(database.pool, await addAccount(database.pool));
    expect(await send(other.bearer)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('under an Idempotency-Key it', () => {
  it.each<[string, () => void]>([
    ['changed', () => owner.presets.set(ID, { ...owner.presets.get(ID)!, body: 'Another' })],
    ['deleted', () => owner.presets.delete(ID)],
  ])('answers the first result again when the preset was %s', async (_what, meanwhile) => {
    const key = newKey();
    const first = await send(key);
    expect([first.status, first.replayed]).toEqual([201, false]);
    meanwhile();
    expect(await send(key)).toMatchObject({ status: 201, text: first.text, replayed: true });
    expect(messaging.sent).toHaveLength(1);
  });

  it('answers the outcome of the first when the preset was deleted before Meta answered', async () => {
    const key = newKey();
    messaging.outcome = undefined;
    expect(await send(key)).toMatchObject({ status: 504 });
    owner.presets.delete(ID);
    await later();
    messaging.settle('sent');
    const [id] = [...messaging.messages.keys()];
    expect(await send(key)).toMatchObject({ status: 201, body: { id, wamid: `wamid.${id}` } });
    expect(messaging.sent).toHaveLength(1);
  });

  it('sends the preset as it is now when the first attempt came to nothing', async () => {
    const key = newKey();
    messaging.way = 'dropped';
    expect(await send(key)).toMatchObject({ status: 503 });
    messaging.way = 'accept';
    owner.presets.set(ID, { ...owner.presets.get(ID)!, body: 'Another' });
    expect(await send(key)).toMatchObject({ status: 201, replayed: false });
    expect(messaging.sent.at(-1)!.data.request).toMatchObject({ body: 'Another' });
    expect(messaging.messages.size).toBe(1);
  });

  it('is another request for another preset', async () => {
    const key = newKey();
    await send(key);
    expect(await send(key, TO, newId('int'))).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('sends nothing while the preset cannot be asked for, and runs at once when it can', async () => {
    const key = newKey();
    owner.isAway = true;
    expect(await send(key)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(messaging.sent).toHaveLength(0);
    owner.isAway = false;
    expect(await send(key)).toMatchObject({ status: 201, replayed: false });
  });
});

describe('a preset whose header names media', () => {
  const { header, ...card } = CARD;
  const missing = {
    status: 404,
    body: { code: 'media_not_found', errors: [{ pointer: '/header/mediaId' }] },
  };

  it('is saved where a send would find them', async () => {
    media.add(header.mediaId);
    for (const mediaId of [header.mediaId, '1037543291543636']) {
      const given = { ...card, header: { type: 'image', mediaId } };
      expect((await request('POST', '', given)).status).toBe(201);
      expect((await request('PATCH', `/${ID}`, { header: given.header })).status).toBe(200);
    }
    expect(owner.written).toMatchObject([
      { type: 'preset.create', data: { ...CARD, presetId: expect.stringMatching(/^int_/) } },
      { type: 'preset.update', data: { header, presetId: ID } },
      { type: 'preset.create', data: { header: { mediaId: '1037543291543636' } } },
      { type: 'preset.update', data: { header: { mediaId: '1037543291543636' } } },
    ]);
  });

  it.each([newId('med'), 'x'])('is refused where it would not: %s', async (mediaId) => {
    const given = { ...card, header: { type: 'image', mediaId } };
    expect(await request('POST', '', given)).toMatchObject(missing);
    expect(await request('PATCH', `/${ID}`, { header: given.header })).toMatchObject(missing);
    expect(owner.written).toEqual([]);
  });
});
