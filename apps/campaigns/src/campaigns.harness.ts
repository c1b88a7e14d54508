import type { AccountData, PhoneNumberView } from '@wbiz/contracts/account';
import type { CampaignDefinition, CampaignView, CreateCampaignData } from '@wbiz/contracts/campaign';
import type { ContactView } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { MessageError, MessageStatusData } from '@wbiz/contracts/message';
import type { SendMessageData, WithdrawMessageData } from '@wbiz/contracts/send';
import type { TemplateStatus } from '@wbiz/contracts/template';
import { topics } from '@wbiz/contracts/topics';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { readCommand } from '@wbiz/eventing/kafka/command-record';
import type { Reply } from '@wbiz/eventing/message';
import { unrefused } from '@wbiz/eventing/rejection';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { quiet } from '@wbiz/service-testing/quiet';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { setTimeout as delay } from 'node:timers/promises';
import { CAMPAIGNS } from './campaigns.service.js';

/**
 * The fate of a send. `sent`, `held`, `failed`: Meta's answer. `kept`: waits in messaging. `refused`, `unavailable`:
 * messaging's answer. `lost`: never reaches messaging. `unanswered`: messaging accepts the send and does not reply.
 */
export type Fate = 'sent' | 'held' | 'failed' | 'kept' | 'refused' | 'unavailable' | 'lost' | 'unanswered';
type Send = SendMessageData & { readonly accountId: string };

const now = () => new Date().toISOString();

/** The campaigns service with stand-ins for its peers. Messaging's stand-in gives each send the fate set by `fate`. */
export async function campaignsSystem({ env = {} }: { env?: NodeJS.ProcessEnv } = {}) {
  const sends: Send[] = [];
  const kept = new Map<string, Send>();
  const seen = new Set<string>();
  const lost = new Set<string>();
  const slow = new Set<string>();
  let away = false;
  let fateOf: (send: Send) => Fate = () => 'sent';
  let error: MessageError = { code: 'rejected_by_meta', message: 'No.', metaCode: 131026 };
  let reached: { people: number; freesAt: string | null } = { people: 0, freesAt: null };

  const service = await serviceUnderTest(CAMPAIGNS, {
    env,
    partitions: 1,
    beside: ['messaging'],
    peers: {
      'log.head': async ({ accountId }) => {
        if (slow.has(accountId)) await delay(4_000);
        return { partition: 0, sequence: 0 };
      },
      'command.reply': async ({ commandId }) => {
        if (away) throw new Error('messaging is away');
        return lost.has(commandId) ? null : { ok: true, data: null };
      },
      'message.reached': async ({ accountId }) => ({
        ...reached,
        people: reached.people + sends.filter((send) => send.accountId === accountId).length,
      }),
      'contact.get': async () => null,
    },
  });
  const replies = new ReplyPublisher(service.trust, quiet);

  const toldSent = new Set<string>();
  const tell = (send: Send, status: MessageStatusData['status'], more: Partial<MessageStatusData> = {}) => {
    if (status === 'sent') toldSent.add(send.messageId);
    return service.publish(send.accountId, 'message.status', {
      messageId: send.messageId,
      wamid: `wamid.${send.messageId}`,
      conversationId: send.conversationId,
      contactId: send.contactId,
      to: send.request.to,
      status,
      error: null,
      metadata: null,
      campaignId: send.campaign!.campaignId,
      at: now(),
      ...more,
    });
  };
  const take = async (send: Send, fate: Fate): Promise<Reply | undefined> => {
    if (fate === 'refused')
      return { ok: false, error: { code: 'template_not_approved', message: 'Paused.' } };
    if (fate === 'unavailable') return { ok: false, error: { code: 'unavailable', message: 'Not now.' } };
    if (fate === 'lost') return undefined;
    sends.push(send);
    if (fate === 'unanswered') return undefined;
    if (fate === 'kept') kept.set(send.messageId, send);
    else if (fate === 'held') await tell(send, 'accepted', { held: true });
    else {
      await tell(send, 'accepted');
      await (fate === 'sent' ? tell(send, 'sent') : tell(send, 'failed', { error }));
    }
    return { ok: true, data: null };
  };
  const withdraw = async ({ messageId }: WithdrawMessageData) => {
    const send = kept.get(messageId);
    if (!send) return;
    kept.delete(messageId);
    sends.splice(sends.indexOf(send), 1);
    await goesBack(send, 'withdrawn');
  };
  const goesBack = ({ accountId, messageId, contactId, campaign }: Send, reason: 'withdrawn' | 'expired') => {
    const data = { messageId, campaignId: campaign!.campaignId, contactId, reason, at: now() };
    return service.publish(accountId, 'message.withdrawn', data);
  };
  const messaging = service.kafka.consume({
    topics: [topics(service.prefix).commands('messaging')],
    groupId: `${service.prefix}played.messaging`,
    status: new ConsumerHealth().add('played messaging'),
    eachBatch: async (batch) => {
      for (const record of batch.records) {
        const { id, type, accountId, data, replyTo } = readCommand(record);
        if (type === 'message.withdraw') await withdraw(data as WithdrawMessageData);
        else if (!seen.has(id)) {
          const send = { ...(data as SendMessageData), accountId };
          const fate = fateOf(send);
          const reply = await take(send, fate);
          if (fate === 'lost') lost.add(id);
          else {
            seen.add(id);
            lost.delete(id);
          }
          if (reply && replyTo) replies.reply(replyTo, { commandId: id, stage: 'accepted', reply });
        }
      }
      batch.done(batch.end);
    },
  });
  await messaging.start();

  const account = (accountId = newId('acc')) => {
    const phoneNumberId = `10${accountId.slice(-6)}`;
    const change = (changes: Partial<AccountData> = {}, number: Partial<PhoneNumberView> = {}) =>
      service.publish(accountId, 'account.updated', {
        wabaId: '1',
        name: 'Shop',
        status: 'active',
        plan: 'unlimited',
        entitled: true,
        unknownOutcomePolicy: 'fail',
        connectedAt: now(),
        trialEndsAt: null,
        phoneNumbers: [
          {
            id: phoneNumberId,
            displayPhoneNumber: '+1',
            verifiedName: 'Shop',
            qualityRating: 'GREEN',
            messagingLimit: null,
            throughput: 1_000,
            isDefault: true,
            ...number,
          },
        ],
        ...changes,
      });
    const template = (status: TemplateStatus = 'approved') =>
      service.publish(accountId, 'template.changed', {
        id: 'tpl_1',
        metaId: '1',
        name: 'diwali_offer',
        language: 'en_US',
        category: 'MARKETING',
        status,
        rejectionReason: null,
        qualityScore: null,
        components: [{ type: 'BODY', text: 'Hello {{1}}' }],
        parameterFormat: 'POSITIONAL',
        createdAt: now(),
        updatedAt: now(),
      });
    const removeTemplate = () =>
      service.publish(accountId, 'template.removed', {
        templateId: 'tpl_1',
        metaId: '1',
        name: 'diwali_offer',
        language: 'en_US',
        at: now(),
      });
    const viewOf = (index: number, changes: Partial<ContactView> = {}): ContactView => {
      const phone = `+1415${String(2_000_000 + index)}`;
      return {
        id: contactIdOf(accountId, phone),
        phone,
        userId: null,
        name: `Person ${index}`,
        email: null,
        tags: ['customer'],
        customFields: {},
        optedIn: true,
        optedInAt: now(),
        optedOutAt: null,
        source: 'api',
        createdAt: now(),
        updatedAt: now(),
        ...changes,
      };
    };
    const contact = (index: number, changes: Partial<ContactView> = {}) => {
      const view = viewOf(index, changes);
      const data = { contactId: view.id, contact: view, by: null, changed: [] };
      return service.publish(accountId, 'contact.updated', data);
    };
    /** Resolves when the service has projected the merge. */
    const merge = async (contactId: string, into: string) => {
      await service.publish(accountId, 'contact.merged', { contactId, into, at: now() });
      await until(async () => {
        const { rowCount } = await service.pool.query(
          'select from campaigns.contacts where account_id = $1 and contact_id = $2 and merged_into is not null',
          [accountId, contactId],
        );
        return rowCount === 1;
      });
    };
    /** Resolves when the service has projected the contacts. */
    const contacts = async (count: number) => {
      for (let index = 0; index < count; index += 1) await contact(index);
      await until(async () => {
        const { rows } = await service.pool.query<{ n: number }>(
          'select count(*)::int as n from campaigns.contacts where account_id = $1',
          [accountId],
        );
        return rows[0]!.n >= count;
      });
    };
    const create = async (changes: Partial<CreateCampaignData> = {}): Promise<CampaignView> => {
      const { accepted } = await service.send(
        'campaign.create',
        {
          campaignId: newId('cmp'),
          name: 'Diwali offer',
          template: { name: 'diwali_offer', language: 'en_US', variables: ['{{contact.name}}'] },
          audience: { kind: 'tags', tags: ['customer'] },
          schedule: { mode: 'now' },
          startsAt: null,
          ratePerSecond: null,
          phoneNumberId,
          at: now(),
          ...changes,
        },
        { accountId },
      );
      return unrefused(accepted).data;
    };
    const act = async (
      what: 'pause' | 'resume' | 'cancel' | 'retry-failed',
      campaignId: string,
      more = {},
    ) => {
      const data = { campaignId, at: now(), ...more };
      return (await service.send(`campaign.${what}`, data, { accountId })).accepted;
    };
    const update = async (campaignId: string, changes: Partial<CampaignDefinition>) =>
      (await service.send('campaign.update', { campaignId, at: now(), ...changes }, { accountId })).accepted;
    const get = (id: string) => service.ask('campaign.get', { accountId, id });
    return {
      accountId,
      change,
      template,
      removeTemplate,
      viewOf,
      merge,
      contact,
      contacts,
      create,
      act,
      update,
      get,
      /** Resolves to the campaign once `is` returns true for it. */
      once: (id: string, is: (campaign: CampaignView) => boolean, timeoutMs = 20_000) =>
        until(
          async () => {
            const campaign = (await get(id))!;
            if (!is(campaign)) throw new Error(JSON.stringify(campaign));
            return campaign;
          },
          { timeoutMs },
        ),
      sends: () => sends.filter((send) => send.accountId === accountId),
    };
  };

  /** An account that may send, with an approved template. */
  const shop = async () => {
    const one = account();
    await one.change();
    await one.template();
    return one;
  };

  return {
    ...service,
    account,
    shop,
    tell,
    kept,
    goesBack,
    /** With true, messaging fails every query for a stored reply. */
    isAway: (is: boolean) => void (away = is),
    /** From now on a query for the account's log head takes 4 s. */
    isSlow: (accountId: string) => void slow.add(accountId),
    /** Ids of the messages reported as `sent`. */
    toldSent,
    /** Sets the fate of later sends. */
    fate: (of: (send: Send) => Fate) => void (fateOf = of),
    failWith: (with_: MessageError) => void (error = with_),
    /** Sets how many people messaging reports as reached already. */
    reach: (people: number, freesAt: string | null = null) => void (reached = { people, freesAt }),
    /** Hands the `kept` sends to Meta. */
    release: async () => {
      for (const send of kept.values()) {
        await tell(send, 'accepted');
        await tell(send, 'sent');
      }
      kept.clear();
    },
    close: async () => {
      await messaging.close();
      replies.close();
      await service.close();
    },
  };
}
export type CampaignsSystem = Awaited<ReturnType<typeof campaignsSystem>>;
