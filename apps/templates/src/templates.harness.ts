import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { AccountCredentials, AccountData } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import { mediaKey, type MediaOnFile } from '@wbiz/contracts/media';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta/inbound';
import { openMediaStore } from '@wbiz/media-store/open-media-store';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import { simulatorForTests, webhookReceiver } from '@wbiz/simulator/simulator.harness';
import { until } from '@wbiz/testing/stack';
import type { PoolConfig } from 'pg';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { TEMPLATES } from './templates.service.js';

/** The templates service's event store, without transports. */
export const templatesStore = (settings?: PoolConfig) =>
  storeUnderTest({ schema: 'templates', migrations: MIGRATIONS, inline: INLINE_PROJECTIONS }, settings);

const SIMULATED_APP = '670000000000001';

/** Replicas of the templates service, started, with the simulator as Meta and stand-ins for gateway and messaging. */
export async function templatesSystem({ replicas = 1 } = {}) {
  const [simulator, receiver] = await Promise.all([simulatorForTests(), webhookReceiver()]);
  await simulator.control('POST', '/webhook', { url: receiver.url, secret: 'secret', verifyToken: 'token' });
  const credentials = new Map<string, AccountCredentials>();
  const media = new Map<string, MediaOnFile>();
  const service = await serviceUnderTest(TEMPLATES, {
    env: { CLOUD_API_URL: simulator.url },
    peers: {
      'account.credentials': async ({ accountId }) => credentials.get(accountId) ?? null,
      'media.find': async ({ accountId, id }) => media.get(mediaKey(accountId, id)) ?? null,
    },
  });
  for (let started = 0; started < replicas; started += 1) await service.start();
  const { pool, secrets, ask, publish, putInbound, send } = service;

  /** Publishes the gateway's event that an account is connected. */
  const announce = (accountId: string, wabaId: string, given: Partial<AccountData> = {}) =>
    publish(accountId, 'account.updated', {
      wabaId,
      name: 'Shop',
      status: 'active',
      plan: 'starter',
      entitled: true,
      unknownOutcomePolicy: 'fail',
      connectedAt: '2026-11-22T10:00:00.000Z',
      trialEndsAt: null,
      phoneNumbers: [],
      ...given,
    });

  /** Sets the credentials that the gateway answers for an account. */
  const connectWith = (accountId: string, wabaId: string, token: string) =>
    credentials.set(accountId, {
      wabaId,
      sealedToken: secrets.seal(token, accountId),
      appId: SIMULATED_APP,
    });

  /** A new WABA at Meta with `templates` templates, and an account for it, not yet announced. */
  const newAccount = async (templates = 3) => {
    const token = `token-${randomBytes(6).toString('hex')}`;
    const { id: wabaId } = (await simulator.control('POST', '/wabas', { token, phoneNumbers: 1 })).body as {
      id: string;
    };
    const accountId = newId('acc');
    connectWith(accountId, wabaId, token);
    const create = async (template: string, more: object = {}) => {
      const { body } = await simulator.graph(
        'POST',
        `/${wabaId}/message_templates`,
        {
          name: template,
          language: 'en_US',
          category: 'UTILITY',
          components: [{ type: 'BODY', text: 'Your order is on its way.' }],
          ...more,
        },
        token,
      );
      return (body as { id: string }).id;
    };
    for (let extra = 3; extra < templates; extra += 1)
      await create(`extra_${String(extra).padStart(3, '0')}`);
    const remove = (template: string) =>
      simulator.graph('DELETE', `/${wabaId}/message_templates?name=${template}`, undefined, token);
    return { accountId, wabaId, token, create, remove };
  };

  /** `POST /v1/templates/sync`: the accepted reply and the settled one. */
  const sync = async (accountId: string) => {
    const { id, accepted, settled } = await send('template.sync', {}, { accountId });
    return { id, accepted, settled: await settled() };
  };

  /** Stores a file as if the account had uploaded it. */
  const upload = async (accountId: string, bytes: Uint8Array, mimeType: string) => {
    const id = newId('med');
    const key = mediaKey(accountId, id);
    const store = await openMediaStore(pathToFileURL(service.files).href);
    await store.put(key, Readable.from([bytes]));
    const view = {
      id,
      mediaId: id,
      mimeType,
      size: bytes.length,
      sha256: 'f'.repeat(64),
      filename: 'sample',
      createdAt: new Date().toISOString(),
      expiresAt: null,
    };
    media.set(key, { state: 'kept', view, key });
    return id;
  };

  /** Puts a webhook's change on the topic of changes. */
  const change = (wabaId: string, field: string, value: object, at = new Date().toISOString()) =>
    putInbound(META_CHANGE, {
      wabaId,
      receivedAt: new Date().toISOString(),
      at,
      field,
      value: { ...value },
    });

  /**
   * Passes the simulator's webhooks of one field on, as the gateway does, from index `from`. Resolves to the next
   * index.
   */
  const passOn = async (wabaId: string, field: string, from = 0) => {
    const until = receiver.received.length;
    const entries = receiver.received
      .slice(from, until)
      .flatMap(({ body }) => body.entry as { id: string; time: number; changes: MetaChange[] }[]);
    for (const { id, time, changes } of entries)
      for (const one of changes)
        if (id === wabaId && one.field === field)
          await change(id, field, one.value, new Date(time * 1_000).toISOString());
    return until;
  };

  const eventsOf = async (accountId: string) => {
    const { rows } = await pool.query<{ type: string; data: Record<string, unknown> }>(
      'select type, data from templates.events where account_id = $1 order by position',
      [accountId],
    );
    return rows;
  };
  const listOf = async (accountId: string) => (await ask('template.list', { accountId, limit: 200 })).data;
  /** Resolves when no pull of the account's templates or flows is under way or due within an hour. */
  const idle = (accountId: string) =>
    until(
      async () => {
        const { rows } = await pool.query<{ rests: boolean }>(
          `select lease_until is null and coalesce(due_at > now() + interval '1 hour', true) as rests
           from (table templates.syncs union all table templates.flow_syncs) s where account_id = $1`,
          [accountId],
        );
        return rows.length > 0 && rows.every(({ rests }) => rests);
      },
      { describe: 'the pull to be over', timeoutMs: 20_000 },
    );

  const close = async () => {
    await service.close();
    await Promise.all([simulator.close(), receiver.close()]);
  };

  return {
    ...service,
    announce,
    connectWith,
    newAccount,
    sync,
    upload,
    change,
    passOn,
    eventsOf,
    listOf,
    idle,
    simulator,
    receiver,
    close,
  };
}
export type TemplatesSystem = Awaited<ReturnType<typeof templatesSystem>>;
