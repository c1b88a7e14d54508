import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mediaKey } from '@wbiz/contracts/media';
import type { SendRequest } from '@wbiz/contracts/send';
import { decide, fold } from '@wbiz/eventing/decider';
import type { Of } from '@wbiz/eventing/message';
import { UnsealFailed } from '@wbiz/service-kit/sealing';
import { until } from '@wbiz/testing/stack';
import { message } from '../message/message.decider.js';
import type { MessageEvent } from '../message/message.events.js';
import { sendAny, template } from '../message/message.samples.js';
import { sendFacts, type LookUpFacts } from '../message/send-facts.js';
import { mediaCompleter } from './upload-before-send.js';
import { ACCOUNT, jpeg, mediaSystem, PHONE, sha256Of } from './media.harness.js';
import { removeOrphans } from './remove-orphans.js';

let system: Awaited<ReturnType<typeof mediaSystem>>;
beforeAll(async () => {
  system = await mediaSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  system.told.length = 0;
  await system.control('POST', '/reset', {});
});
afterEach(() => system.stopTasks());

const faults = (...list: object[]) => system.control('POST', '/behaviour', { faults: list });
const settled = async (count = 1) => {
  await until(() => system.told.length >= count);
  return system.told;
};
const idle = () => until(async () => (await system.open()).every(({ kind }) => kind === 'lost'));
const metaIdOf = async (sha256: string) =>
  (
    await system.pool.query<{ meta_id: string | null }>(
      'select meta_id from messaging.media_files where sha256 = $1',
      [sha256],
    )
  ).rows[0]?.meta_id;
const kept = async (id: string) => {
  const found = await system.find(id);
  if (found?.state !== 'kept') throw new Error(`${id} is not kept: ${JSON.stringify(found)}`);
  return found;
};
const read = async (key: string) => {
  const chunks: Buffer[] = [];
  for await (const chunk of await system.store.open(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const lookUp: LookUpFacts = (send) =>
  sendFacts(system.pool, { template: () => Promise.resolve(null), optedOut: () => Promise.resolve(false) })(
    send,
  );

describe('what is uploaded', () => {
  it('goes to Meta, and the awaited reply is sent', async () => {
    const bytes = jpeg();
    const id = await system.upload(bytes);
    expect(await system.find(id)).toMatchObject({
      state: 'kept',
      view: { id, mediaId: id, expiresAt: null },
    });
    system.tasks();
    const [reply] = await settled();
    expect(reply).toMatchObject({ ok: true, data: { id, size: 5_000, sha256: sha256Of(bytes) } });
    await idle();
    const { view } = await kept(id);
    const days = (Date.parse(view.expiresAt!) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.01);
    expect(await system.isAtMeta((await metaIdOf(view.sha256))!)).toBe(true);
  });

  it.each([
    ['voice-note.mp4', 'audio/ogg', () => 'voice-note.ogg'],
    ['quote', 'application/pdf', () => 'quote.pdf'],
    [null, 'audio/ogg', (id: string) => `${id}.ogg`],
  ])('as %j of type %s has a name of its type at Meta and in a send', async (filename, mimeType, nameOf) => {
    const bytes = jpeg();
    const id = await system.upload(bytes, { mimeType, filename });
    system.tasks();
    await settled();
    await idle();
    expect(await system.nameAtMeta((await metaIdOf(sha256Of(bytes)))!)).toBe(`inline;filename=${nameOf(id)}`);
    const document = {
      kind: 'media',
      request: { to: '+918899332211', type: 'document', mediaId: id },
    } as const;
    const { media } = await lookUp({
      id: 'cmd_1',
      accountId: ACCOUNT,
      type: 'message.send',
      data: { ...sendAny(document).data, ...document },
    });
    expect(media.get(id)).toMatchObject({ mimeType, filename: nameOf(id) });
  });

  it('is uploaded and stored once for equal bytes of one account, by whichever replica', async () => {
    const bytes = jpeg();
    await system.control('POST', '/behaviour', { latencyMs: [50, 50] });
    const ids = await Promise.all(Array.from({ length: 4 }, () => system.upload(bytes)));
    const other = await system.upload(bytes, { accountId: 'acc_2' });
    system.tasks();
    system.tasks();
    await settled(5);
    await idle();
    expect(await system.uploads()).toHaveLength(2);
    const keys = await Promise.all(ids.map(async (id) => (await kept(id)).key));
    expect(new Set(keys).size).toBe(1);
    const there = await system.keys();
    expect(there.filter((key) => [...ids, other].some((id) => key.endsWith(id))).sort()).toEqual(
      [keys[0]!, mediaKey('acc_2', other)].sort(),
    );
  });

  it('is deleted if Meta refuses it, and the awaited reply says why', async () => {
    await faults({ match: { path: '/media' }, kind: 'error', code: 131053, httpStatus: 400, times: 1 });
    const id = await system.upload(jpeg());
    system.tasks();
    expect(await settled()).toMatchObject([
      { ok: false, error: { code: 'rejected_by_meta', details: { metaCode: 131053 } } },
    ]);
    expect(await system.find(id)).toMatchObject({ state: 'rejected', error: { metaCode: 131053 } });
    await idle();
    expect(await system.keys()).not.toContain(mediaKey(ACCOUNT, id));
  });

  it.each([
    ['breaks', { kind: 'reset', times: 1 }],
    ['is Meta’s own fault', { kind: 'error', code: 131016, httpStatus: 503, times: 1 }],
  ])('is tried again after what %s', async (_what, fault) => {
    await faults({ match: { path: '/media' }, ...fault });
    const id = await system.upload(jpeg());
    system.tasks();
    expect(await settled()).toMatchObject([{ ok: true, data: { id, expiresAt: expect.any(String) } }]);
    expect(await system.uploads()).toHaveLength(2);
  });

  it('is kept while Meta cannot be reached, and goes to Meta right before it is sent', async () => {
    await faults({ match: { path: '/media' }, kind: 'reset' });
    const bytes = jpeg();
    const id = await system.upload(bytes);
    system.tasks();
    await until(async () => {
      await system.hurry();
      return system.told.length > 0;
    });
    expect(system.told).toMatchObject([{ ok: true, data: { id, expiresAt: null } }]);
    await faults();
    const wanted = { accountId: ACCOUNT, mediaId: id, phoneNumberId: PHONE };
    const copies = system.copies();
    const found = await Promise.all([copies.copyOf(wanted), copies.copyOf(wanted)]);
    expect(found[0].metaId).toBe(await metaIdOf(sha256Of(bytes)));
    expect(found[1].metaId).toBe(found[0].metaId);
  });

  it('goes to Meta again before Meta deletes its copy', async () => {
    const bytes = jpeg();
    const id = await system.upload(bytes);
    system.tasks();
    await settled();
    const wanted = { accountId: ACCOUNT, mediaId: id, phoneNumberId: PHONE };
    const first = await system.copies().copyOf(wanted);
    await system.pool.query(
      `update messaging.media_files set uploaded_at = now() - interval '28 days 23 hours' where sha256 = $1`,
      [sha256Of(bytes)],
    );
    expect((await system.copies().copyOf(wanted)).metaId).toBe(first.metaId);
    await system.pool.query(
      `update messaging.media_files set uploaded_at = now() - interval '29 days 1 minute' where sha256 = $1`,
      [sha256Of(bytes)],
    );
    const second = await system.copies().copyOf(wanted);
    expect(second.metaId).not.toBe(first.metaId);
    expect((await kept(id)).view.expiresAt).toBe(
      new Date(second.uploadedAt.getTime() + 30 * 86_400_000).toISOString(),
    );
  });

  it('is uploaded by another replica if the one that claimed it is lost', async () => {
    const id = await system.upload(jpeg());
    await system.pool.query(
      `update messaging.media_tasks set attempt = 1, not_before = now() - interval '1 second' where media_id = $1`,
      [id],
    );
    await system.pool.query(`update messaging.media_files set uploading_until = now() - interval '1 second'`);
    system.tasks();
    expect(await settled()).toMatchObject([{ ok: true, data: { id } }]);
  });
});

describe('the cards of a carousel', () => {
  const carousel = template({
    category: 'MARKETING',
    components: [
      { type: 'BODY', text: 'New this week:' },
      {
        type: 'CAROUSEL',
        cards: [1, 2, 3].map(() => ({ components: [{ type: 'HEADER', format: 'IMAGE' }] })),
      },
    ],
  });
  const factsOf = (request: SendRequest<'template'>) =>
    sendFacts(system.pool, {
      template: () => Promise.resolve(carousel),
      optedOut: () => Promise.resolve(false),
    })({
      id: 'cmd_1',
      accountId: ACCOUNT,
      type: 'message.send',
      data: { ...sendAny({ kind: 'template', request }).data, kind: 'template', request },
    });
  const requestOf = (...headerMediaIds: string[]) => ({
    to: '+918899332211',
    template: 'order_confirmation',
    language: 'en_US',
    cards: headerMediaIds.map((headerMediaId) => ({ headerMediaId })),
  });

  it('show files that Meta gets before the message goes', async () => {
    const [first, second] = [await system.upload(jpeg()), await system.upload(jpeg())];
    const request = requestOf(first, second, first);
    const [event] = decide(message, sendAny({ kind: 'template', request }, await factsOf(request)), null);
    const accepted = fold(message, [event!])!;
    expect(accepted).toMatchObject({ mediaId: first, otherMediaIds: [second] });
    const { content } = (event as Of<MessageEvent, 'message.queued'>).private!;
    const state = { ...accepted, content, traceparent: null, accountId: ACCOUNT, phoneNumberId: PHONE };
    for (const [error, code] of [
      [new UnsealFailed('sealed with 0b0b0b0b'), { code: 'token_sealed' }],
      [new Error('the gateway is away'), {}],
    ] as const) {
      const reason = `the file cannot be uploaded: ${error.message}`;
      expect(await mediaCompleter({ copyOf: () => Promise.reject(error) })(state)).toEqual({
        notSent: { kind: 'not_sent', reason, ...code },
      });
    }
    const done = await mediaCompleter(system.copies())(state);
    expect(await system.uploads()).toHaveLength(2);
    const [a, b] = [
      await metaIdOf((await kept(first)).view.sha256),
      await metaIdOf((await kept(second)).view.sha256),
    ];
    expect([await system.isAtMeta(a!), await system.isAtMeta(b!)]).toEqual([true, true]);
    const card = (id: unknown, index: number) => ({
      card_index: index,
      components: [{ type: 'header', parameters: [{ type: 'image', image: { id } }] }],
    });
    expect(done).toMatchObject({
      message: {
        content: {
          template: { components: [{ type: 'carousel', cards: [a, b, a].map(card) }] },
        },
      },
    });
    // A medium of which Meta has a copy is composed with Meta's id.
    expect((await factsOf(request)).media).toEqual(
      new Map([
        [first, { metaId: a, mimeType: 'image/jpeg', filename: 'a.jpg' }],
        [second, { metaId: b, mimeType: 'image/jpeg', filename: 'a.jpg' }],
      ]),
    );
  });

  it('show no file of another account', async () => {
    const [own, foreign] = [await system.upload(jpeg()), await system.upload(jpeg(), { accountId: 'acc_2' })];
    const { media } = await factsOf(requestOf(own, foreign, '1037543291543636'));
    expect([...media.keys()]).toEqual([own, '1037543291543636']);
  });
});

describe('what a person sends', () => {
  it('is fetched, as it was sent', async () => {
    const bytes = jpeg(300_000);
    const id = await system.receive(await system.atMeta(bytes));
    expect(await system.find(id)).toEqual({ state: 'awaited' });
    expect(await system.find(id, 'acc_2')).toBeNull();
    system.tasks();
    await idle();
    const { view, key } = await kept(id);
    expect(view).toMatchObject({
      id,
      mimeType: 'image/jpeg',
      size: 300_000,
      sha256: sha256Of(bytes),
      filename: 'photo.jpg',
      expiresAt: null,
    });
    expect(await read(key)).toEqual(bytes);
    expect(await system.find(id, 'acc_2')).toBeNull();
  });

  it('has a name as uploads have', async () => {
    const id = await system.receive(await system.atMeta(jpeg()), new Date(), '../../etc/пароль.pdf');
    system.tasks();
    await idle();
    expect((await kept(id)).view.filename).toBe('пароль.pdf');
  });

  it.each([
    ['its description cannot be had', { match: {}, kind: 'error', code: 131016, httpStatus: 503, times: 1 }],
    ['the connection breaks', { match: { path: '/whatsapp_business/attachments' }, kind: 'reset', times: 1 }],
    ['Meta says no at first', { match: {}, kind: 'error', code: 100, httpStatus: 404, times: 1 }],
  ])('is fetched again after %s', async (_what, fault) => {
    const bytes = jpeg();
    const id = await system.receive(await system.atMeta(bytes));
    await faults(fault);
    system.tasks();
    await until(async () => (await system.find(id))?.state === 'kept');
    expect(await read((await kept(id)).key)).toEqual(bytes);
  });

  it.each([
    ['what Meta has not', '999999999999999', 0],
    ['what Meta has not any more', '999999999999999', 8],
  ])('is given up, being %s', async (_what, metaId, ageDays) => {
    const id = await system.receive(metaId, new Date(Date.now() - ageDays * 86_400_000));
    const tasks = system.tasks();
    await until(async () => {
      await system.hurry();
      tasks.work.wake();
      return (await system.find(id))?.state === 'lost';
    });
    expect(await system.keys()).not.toContain(mediaKey(ACCOUNT, id));
  });
});

describe('what is deleted', () => {
  it('is gone at once; its bytes and Meta’s copy go with the last medium that has them', async () => {
    const bytes = jpeg();
    const [first, second] = [await system.upload(bytes), await system.upload(bytes)];
    const tasks = system.tasks();
    await settled(2);
    const metaId = (await metaIdOf(sha256Of(bytes)))!;
    const { key } = await kept(second);
    expect(await system.delete(first, 'acc_2')).toMatchObject({ ok: false, error: { code: 'not_found' } });
    expect(await system.delete(first)).toEqual({ ok: true, data: null });
    expect(await system.delete(first)).toMatchObject({ ok: false, error: { code: 'not_found' } });
    expect(await system.find(first)).toBeNull();
    await system.hurry();
    tasks.work.wake();
    await idle();
    expect(await read((await kept(second)).key)).toEqual(bytes);
    expect(await system.isAtMeta(metaId)).toBe(true);

    await system.delete(second);
    await system.hurry();
    tasks.work.wake();
    await idle();
    await expect(system.store.open(key)).rejects.toThrow('has no');
    expect([await system.isAtMeta(metaId), await metaIdOf(sha256Of(bytes))]).toEqual([false, undefined]);
  });

  it.each([
    ['it', (id: string) => ({ mediaId: id })],
    ['it on one of its cards', (id: string) => ({ mediaId: 'med_1', otherMediaIds: ['med_2', id] })],
  ])('keeps its bytes while a send that was accepted waits for %s', async (_what, named) => {
    const id = await system.upload(jpeg());
    const tasks = system.tasks();
    await settled();
    await system.pool.query(
      `insert into messaging.messages (stream, account_id, version, state, created_at, updated_at)
       values ('msg_1', $1, 1, $2, now(), now())`,
      [ACCOUNT, JSON.stringify(named(id))],
    );
    await system.pool.query(
      `insert into messaging.dispatch (message_id, account_id, phone_number_id, conversation_id) values ('msg_1', $1, $2, 'c')`,
      [ACCOUNT, PHONE],
    );
    const { key } = await kept(id);
    await system.delete(id);
    await system.hurry();
    tasks.work.wake();
    await until(async () => {
      const { rows } = await system.pool.query<{ attempt: number }>(
        'select attempt from messaging.media_tasks where media_id = $1',
        [id],
      );
      return rows[0]!.attempt > 0;
    });
    expect((await read(key)).length).toBe(5_000);
    await system.pool.query('delete from messaging.dispatch');
    await system.pool.query('delete from messaging.messages');
    await until(async () => {
      await system.hurry();
      return (await system.open()).every(({ media_id }) => media_id !== id);
    });
    await expect(system.store.open(key)).rejects.toThrow('has no');
  });

  it('leaves the bytes to a medium that is created with them meanwhile', async () => {
    const bytes = jpeg();
    const tasks = system.tasks();
    let last = await system.upload(bytes);
    for (let round = 0; round < 10; round += 1) {
      await idle();
      await system.delete(last);
      const removed = system.hurry().then(() => tasks.work.wake());
      last = await system.upload(bytes);
      await removed;
      await system.hurry();
      tasks.work.wake();
      await idle();
      expect(await read((await kept(last)).key)).toEqual(bytes);
    }
  });
});

it('removes files without a medium once they are old', async () => {
  const id = await system.upload(jpeg());
  const orphan = mediaKey(ACCOUNT, 'med_ORPHAN');
  const foreign = 'somebody/else';
  for (const key of [orphan, foreign])
    await system.store.put(
      key,
      (async function* () {
        yield await Promise.resolve(Buffer.from('x'));
      })(),
    );
  await removeOrphans(system.pool, system.store);
  expect(await system.keys()).toContain(orphan);
  await removeOrphans(system.pool, system.store, -1000);
  const keys = await system.keys();
  expect(keys).toEqual(expect.arrayContaining([mediaKey(ACCOUNT, id), foreign]));
  expect(keys).not.toContain(orphan);
});
