import type { AccountData } from '@wbiz/contracts/account';
import type { Audience } from '@wbiz/contracts/audience';
import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import type { ContactView } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { EVENTS, type EventData, type EventType } from '@wbiz/contracts/event-catalogue';
import { newId } from '@wbiz/contracts/ids';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Service } from '@wbiz/contracts/topics';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { CAMPAIGNS } from '../campaigns.service.js';
import { freeze } from './freeze.js';

type Recipient = {
  readonly state: number;
  readonly to: string | null;
  readonly values: readonly string[] | null;
  readonly reason: string | null;
};

/** Events that campaigns ignores, by source. */
const UNREAD = {
  contacts: 'contact.opted_out',
  templates: 'template.status',
  gateway: 'account.status',
} as const;

export const NUMBER: AccountData['phoneNumbers'][number] = {
  id: '1001',
  displayPhoneNumber: '+91 88000 00001',
  verifiedName: 'Shop',
  qualityRating: 'GREEN',
  messagingLimit: 'TIER_250',
  throughput: 80,
  isDefault: true,
};

/** The campaigns service with stand-ins for its peers. A peer's log ends at the last event that the test published. */
export async function audienceUnderTest() {
  const views = new Map<string, ContactView>();
  const told = new Map<Service, number>();
  let reached: number | undefined = 0;
  let runs = 0;
  let contactsMade = 0;
  const service = await serviceUnderTest(CAMPAIGNS, {
    partitions: 1,
    peers: {
      'contact.get': ({ id }) => Promise.resolve(views.get(id) ?? null),
      'message.reached': () =>
        reached === undefined
          ? Promise.reject(new PeerUnavailable('away'))
          : Promise.resolve({ people: reached, freesAt: null }),
      // The same head for every peer: `level` has padded all logs to the same length.
      'log.head': () => Promise.resolve({ partition: 0, sequence: Math.max(0, ...told.values()) }),
    },
  });
  await service.start();

  const publish = async <Type extends EventType>(accountId: string, type: Type, data: EventData<Type>) => {
    const { source } = EVENTS[type];
    told.set(source, (told.get(source) ?? 0) + 1);
    await service.publish(accountId, type, data);
  };
  /** Pads every source's log to the same length. */
  const level = async () => {
    const most = Math.max(0, ...told.values());
    for (const [source, type] of Object.entries(UNREAD))
      for (let count = told.get(source as Service) ?? 0; count < most; count += 1) {
        told.set(source as Service, count + 1);
        await service.publishUnread('acc_other', type);
      }
  };

  const account = () => {
    const accountId = newId('acc');
    const preview = async (ask: Omit<Ask<'campaign.preview'>, 'accountId'>) => {
      await level();
      return service.ask('campaign.preview', { accountId, ...ask });
    };
    const tell = async (type: 'contact.created' | 'contact.updated', contact: ContactView) => {
      views.set(contact.id, contact);
      const data = { contactId: contact.id, contact, by: null };
      if (type === 'contact.created') await publish(accountId, type, data);
      else await publish(accountId, type, { ...data, changed: [] });
      return contact.id;
    };
    const freezeOnly = async (template: CampaignTemplate, audience: Audience) => {
      const run = (runs += 1);
      await inTransaction(service.pool, async (tx) => {
        await tx.query('set local jit = off'); // as in the pool of a service
        await freeze(tx, { run, accountId, audience, template });
      });
      const { rows } = await service.pool.query<{ state: number; recipients: number }>(
        'select state, recipients::int from campaigns.counts where run = $1 order by state',
        [run],
      );
      return Object.fromEntries(rows.map(({ state, recipients }) => [state, recipients]));
    };
    const at = () => new Date().toISOString();
    return {
      accountId,
      preview,
      /** The names of the audience's contacts, newest first. */
      of: async (audience: Audience) => (await preview({ audience })).sample.map(({ name }) => name),
      add: (given: Partial<ContactView> = {}) => {
        contactsMade += 1;
        const phone = `+9198${String(contactsMade).padStart(8, '0')}`;
        const createdAt = new Date(Date.parse('2026-11-01') + contactsMade * 1_000).toISOString();
        return tell('contact.created', {
          id: contactIdOf(accountId, given.phone ?? given.userId ?? phone),
          phone: given.userId ? null : phone,
          userId: null,
          name: null,
          email: null,
          tags: [],
          customFields: {},
          optedIn: true,
          optedInAt: null,
          optedOutAt: null,
          source: 'api',
          createdAt,
          updatedAt: createdAt,
          ...given,
        });
      },
      change: (id: string, given: Partial<ContactView>) =>
        tell('contact.updated', { ...views.get(id)!, ...given }),
      merge: (id: string, into: string) =>
        publish(accountId, 'contact.merged', { contactId: id, into, at: at() }),
      deleteTag: (name: string) => publish(accountId, 'tag.deleted', { name, at: at() }),
      deleteField: (key: string) => publish(accountId, 'custom_field.deleted', { key, at: at() }),
      numbers: (...phoneNumbers: AccountData['phoneNumbers']) =>
        publish(accountId, 'account.updated', {
          wabaId: '1',
          name: 'Shop',
          status: 'active',
          plan: 'growth',
          entitled: true,
          unknownOutcomePolicy: 'fail',
          connectedAt: at(),
          trialEndsAt: null,
          phoneNumbers,
        }),
      template: (given: Partial<TemplateView> = {}) => {
        const id = newId('tpl');
        const view: TemplateView = {
          id,
          metaId: null,
          name: 'offer',
          language: 'en',
          category: 'MARKETING',
          status: 'approved',
          rejectionReason: null,
          qualityScore: null,
          components: [],
          parameterFormat: 'POSITIONAL',
          createdAt: at(),
          updatedAt: at(),
          ...given,
        };
        return publish(accountId, 'template.changed', view).then(() => view);
      },
      removeTemplate: ({ id: templateId, metaId, name, language }: TemplateView) =>
        publish(accountId, 'template.removed', { templateId, metaId, name, language, at: at() }),
      freezeOnly,
      /** Freezes the audience for a new run. Resolves to the recipients by contact name and the counts by state. */
      freeze: async (template: CampaignTemplate, audience: Audience = { kind: 'all' }) => {
        await preview({ audience });
        const counts = await freezeOnly(template, audience);
        const { rows } = await service.pool.query<Recipient & { readonly contact_id: string }>(
          'select contact_id, state, "to", values, reason from campaigns.recipients where run = $1 order by ctid',
          [runs],
        );
        return {
          ids: rows.map(({ contact_id }) => contact_id),
          byName: Object.fromEntries(
            rows.map(({ contact_id, ...row }) => [views.get(contact_id)!.name ?? '', row]),
          ) as Readonly<Record<string, Recipient>>,
          counts,
        };
      },
    };
  };

  return {
    ...service,
    account,
    /** How many people messaging reports as reached; undefined: messaging is down. */
    reach: (people: number | undefined) => (reached = people),
  };
}
