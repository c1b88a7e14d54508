import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import { newId } from '@wbiz/contracts/ids';
import { mediaKey } from '@wbiz/contracts/media';
import type { Reply } from '@wbiz/eventing/message';
import { openMediaStore } from '@wbiz/media-store/open-media-store';
import { quiet } from '@wbiz/service-testing/quiet';
import { startSimulator } from '@wbiz/simulator/simulator';
import { Credentials } from '../account/credentials.js';
import { messages } from '../message/message.aggregate.js';
import { receiveAny } from '../message/message.samples.js';
import { messagingStore } from '../messaging.harness.js';
import { mediaFetcher } from './fetch-media.js';
import { files } from './media.aggregate.js';
import { MediaQueries } from './media.queries.js';
import { MediaTasks } from './media-task.worker.js';
import { MetaCopies } from './meta-copies.js';
import { mediaRemover } from './remove-media.js';

export const PHONE = '1060000000000001';
export const ACCOUNT = 'acc_1';
const TOKEN = 'simulator-token';

/** A JPEG of random bytes: no two are equal. */
export const jpeg = (size = 5_000) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(size - 3)]);
export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

type Row = { method: string; path: string; status: number };

/** Messaging's media with its own database and directory; the simulator plays Meta. */
export async function mediaSystem() {
  const [{ pool, store: events, close }, simulator] = await Promise.all([
    messagingStore(),
    startSimulator({ log: () => undefined }),
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'wbiz-media-'));
  const api = createCloudApi({ baseUrl: simulator.url, timeoutMs: 2_000 });
  const store = await openMediaStore(pathToFileURL(directory).href);
  const credentials = new Credentials(
    () => Promise.resolve({ wabaId: '1', sealedToken: TOKEN, appId: '2' }),
    (sealed) => sealed,
  );
  const told: Reply[] = [];
  const replicas: MediaTasks[] = [];
  events.onCommitted(() => replicas.forEach((one) => one.work.wake()));
  const queries = new MediaQueries(pool);
  const graph = (path: string) =>
    fetch(`${simulator.url}/v25.0/${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });

  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${simulator.url}/_control${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };

  return {
    pool,
    store,
    events,
    told,
    control,
    copies: () => new MetaCopies({ pool, store, api, credentials }),
    /** Starts another replica that runs tasks. */
    tasks(copies = new MetaCopies({ pool, store, api, credentials })) {
      const made = new MediaTasks({
        pool,
        store: events,
        copies,
        fetch: mediaFetcher({ api, credentials, store, events }),
        remove: mediaRemover({ pool, api, credentials, store }),
        replies: { reply: (_address, { reply }) => void told.push(reply) },
        logger: quiet,
      });
      made.work.start();
      replicas.push(made);
      return made;
    },
    stopTasks: () => Promise.all(replicas.splice(0).map((one) => one.work.stop())),
    /** Does what the gateway does: stores the bytes, then sends the command. */
    async upload(
      bytes: Buffer,
      { accountId = ACCOUNT, mimeType = 'image/jpeg', filename = 'a.jpg' as string | null } = {},
    ): Promise<string> {
      const mediaId = newId('med');
      const one = (async function* () {
        yield await Promise.resolve(bytes);
      })();
      await store.put(mediaKey(accountId, mediaId), one);
      await events.apply(files, {
        accountId,
        type: 'media.create',
        data: {
          mediaId,
          mimeType,
          size: bytes.length,
          sha256: sha256Of(bytes),
          filename,
          phoneNumberId: PHONE,
          at: new Date().toISOString(),
          source: 'upload',
          awaiting: { address: 'gateway:1', commandId: 'cmd_1' },
        },
      });
      return mediaId;
    },
    delete: (mediaId: string, accountId = ACCOUNT) =>
      events.execute(files, {
        id: newId('cmd'),
        accountId,
        type: 'media.delete',
        data: { mediaId, at: new Date().toISOString() },
      }),
    /** Receives a message with a file; returns the medium's id and the message's data. */
    async receive(metaId: string, receivedAt = new Date(), filename = 'photo.jpg') {
      const mediaId = newId('med');
      const picture = {
        messageId: newId('msg'),
        wamid: `wamid.${mediaId}`,
        phoneNumberId: PHONE,
        kind: 'image',
        body: null,
        payload: { metaId, mimeType: 'image/jpeg; x=1', filename },
        mediaId,
        receivedAt: receivedAt.toISOString(),
      };
      await events.apply(messages, receiveAny(picture, ACCOUNT));
      return mediaId;
    },
    /** Puts a file at Meta as if a person had sent it. */
    async atMeta(bytes: Buffer): Promise<string> {
      const form = new FormData();
      form.set('messaging_product', 'whatsapp');
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'x.jpg');
      const answer = await fetch(`${simulator.url}/v25.0/${PHONE}/media`, {
        method: 'POST',
        body: form,
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      return ((await answer.json()) as { id: string }).id;
    },
    find: (id: string, accountId = ACCOUNT) => queries.find({ accountId, id }),
    /** The file's name at Meta. */
    nameAtMeta: async (metaId: string) => {
      const { url } = (await (await graph(metaId)).json()) as { url: string };
      const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
      return answer.headers.get('content-disposition');
    },
    isAtMeta: async (metaId: string) => (await graph(metaId)).ok,
    /** All upload requests to Meta, successful or not. */
    uploads: async () =>
      ((await control('GET', '/requests?limit=1000'))['data'] as Row[]).filter(
        ({ method, path }) => method === 'POST' && path.endsWith('/media'),
      ),
    open: async () =>
      (
        await pool.query<{ kind: string; media_id: string }>(
          'select kind, media_id from messaging.media_tasks',
        )
      ).rows,
    /** Makes every waiting task due now. */
    hurry: () => pool.query(`update messaging.media_tasks set not_before = now()`),
    keys: async () => {
      const keys: string[] = [];
      for await (const { key } of store.list()) keys.push(key);
      return keys.sort();
    },
    async close() {
      await this.stopTasks();
      await api.close();
      await simulator.close();
      await close();
      await rm(directory, { recursive: true });
    },
  };
}
