import type {
  CampaignData,
  CampaignView,
  CreateCampaignData,
  RetryFailedData,
  UpdateCampaignData,
} from './campaign.js';
import type { ContactView, UpdateContactData, UpsertContactData, UpsertedContact } from './contact.js';
import type { UpdateConversationData } from './conversation.js';
import type { CreateCustomFieldData, CustomFieldView, DeleteCustomFieldData } from './custom-field.js';
import type { CreateMediaData, DeleteMediaData, MediaView } from './media.js';
import type { MarkReadData, MarkReadReply, MessageView, SendReceipt } from './message.js';
import type { CreatePresetData, DeletePresetData, PresetView, UpdatePresetData } from './preset.js';
import type {
  CreateQuickReplyData,
  DeleteQuickReplyData,
  QuickReplyView,
  UpdateQuickReplyData,
} from './quick-reply.js';
import type { SendMessageData, WithdrawMessageData } from './send.js';
import { tagStream, type TagData } from './tag.js';
import type { TemplateSyncResult, TemplateView } from './template.js';
import type {
  CreateTemplateData,
  DeleteTemplateData,
  TemplateReply,
  UpdateTemplateData,
} from './template/writes.js';
import type { Service } from './topics.js';
import type {
  CreateWebhookData,
  DeleteWebhookData,
  ReplayView,
  ReplayWebhookData,
  RetryDeliveryData,
  RotateSecretData,
  UpdateWebhookData,
  WebhookAndSealedSecret,
  WebhookView,
} from './webhook.js';

type Entry<Data, Reply, Outcome> = {
  readonly owner: Service;
  /** Commands with the same key take effect in the order sent. */
  readonly key: (data: Data, accountId: string) => string;
  /** For types only; never set. */
  readonly says?: { readonly reply: Reply; readonly outcome: Outcome };
};

/**
 * `Reply`: the answer once the owner has stored its decision. `Outcome`: a second answer, once slower work (such as a
 * call to Meta) is done.
 */
const command = <Data, Reply = null, Outcome = never>(
  owner: Service,
  key: Entry<Data, Reply, Outcome>['key'],
): Entry<Data, Reply, Outcome> => ({ owner, key });

/** Every command that one process sends to another. The owner is the service that decides it. */
export const COMMANDS = {
  'message.send': command<SendMessageData, SendReceipt, SendReceipt>(
    'messaging',
    ({ conversationId }) => conversationId,
  ),
  'message.withdraw': command<WithdrawMessageData>('messaging', ({ conversationId }) => conversationId),
  'message.mark-read': command<MarkReadData, MarkReadReply, MessageView>(
    'messaging',
    ({ messageId }) => messageId,
  ),
  'conversation.update': command<UpdateConversationData>('messaging', ({ conversationId }) => conversationId),
  'media.create': command<CreateMediaData, MediaView, MediaView>('messaging', ({ mediaId }) => mediaId),
  'media.delete': command<DeleteMediaData>('messaging', ({ mediaId }) => mediaId),
  'contact.upsert': command<UpsertContactData, UpsertedContact>('contacts', ({ contactId }) => contactId),
  'contact.update': command<UpdateContactData, ContactView>('contacts', ({ contactId }) => contactId),
  'tag.create': command<TagData>('contacts', ({ accountId, name }) => tagStream(accountId, name)),
  'tag.delete': command<TagData>('contacts', ({ accountId, name }) => tagStream(accountId, name)),
  'field.create': command<CreateCustomFieldData, CustomFieldView>('contacts', ({ accountId }) => accountId),
  'field.delete': command<DeleteCustomFieldData>('contacts', ({ accountId }) => accountId),
  'quick-reply.create': command<CreateQuickReplyData, QuickReplyView>(
    'templates',
    ({ quickReplyId }) => quickReplyId,
  ),
  'quick-reply.update': command<UpdateQuickReplyData, QuickReplyView>(
    'templates',
    ({ quickReplyId }) => quickReplyId,
  ),
  'quick-reply.delete': command<DeleteQuickReplyData>('templates', ({ quickReplyId }) => quickReplyId),
  'preset.create': command<CreatePresetData, PresetView>('templates', ({ presetId }) => presetId),
  'preset.update': command<UpdatePresetData, PresetView>('templates', ({ presetId }) => presetId),
  'preset.delete': command<DeletePresetData>('templates', ({ presetId }) => presetId),
  'template.create': command<CreateTemplateData, TemplateReply, TemplateView>(
    'templates',
    ({ templateId }) => templateId,
  ),
  'template.update': command<UpdateTemplateData, TemplateReply, TemplateView>(
    'templates',
    ({ templateId }) => templateId,
  ),
  'template.delete': command<DeleteTemplateData, TemplateReply, null>(
    'templates',
    ({ templateId }) => templateId,
  ),
  'template.sync': command<Record<string, never>, { readonly status: 'accepted' }, TemplateSyncResult>(
    'templates',
    (_, accountId) => accountId,
  ),
  'campaign.create': command<CreateCampaignData, CampaignView>('campaigns', ({ campaignId }) => campaignId),
  'campaign.update': command<UpdateCampaignData, CampaignView>('campaigns', ({ campaignId }) => campaignId),
  'campaign.pause': command<CampaignData, CampaignView>('campaigns', ({ campaignId }) => campaignId),
  'campaign.resume': command<CampaignData, CampaignView>('campaigns', ({ campaignId }) => campaignId),
  'campaign.cancel': command<CampaignData, CampaignView>('campaigns', ({ campaignId }) => campaignId),
  'campaign.retry-failed': command<RetryFailedData, CampaignView>(
    'campaigns',
    ({ campaignId }) => campaignId,
  ),
  'webhook.create': command<CreateWebhookData, WebhookAndSealedSecret>(
    'webhooks',
    (_, accountId) => accountId,
  ),
  'webhook.update': command<UpdateWebhookData, WebhookView>('webhooks', (_, accountId) => accountId),
  'webhook.delete': command<DeleteWebhookData>('webhooks', (_, accountId) => accountId),
  'webhook.rotate-secret': command<RotateSecretData, WebhookAndSealedSecret>(
    'webhooks',
    (_, accountId) => accountId,
  ),
  'webhook.replay': command<ReplayWebhookData, ReplayView>('webhooks', (_, accountId) => accountId),
  'webhook.retry': command<RetryDeliveryData>('webhooks', (_, accountId) => accountId),
};

export type CommandName = keyof typeof COMMANDS;
type Says<Name extends CommandName> = NonNullable<(typeof COMMANDS)[Name]['says']>;
export type CommandData<Name extends CommandName> = Parameters<(typeof COMMANDS)[Name]['key']>[0];
export type CommandReply<Name extends CommandName> = Says<Name>['reply'];
export type CommandOutcome<Name extends CommandName> = Says<Name>['outcome'];

const ADDRESSES: {
  readonly [Name in CommandName]: Pick<Entry<CommandData<Name>, unknown, unknown>, 'owner' | 'key'>;
} = COMMANDS;
/** The address of a command: the service that decides it, and its ordering key. */
export function addressOf<Name extends CommandName>(name: Name, data: CommandData<Name>, accountId: string) {
  const { owner, key } = ADDRESSES[name];
  return { owner, key: key(data, accountId) };
}

/** The replies to the commands of a union, by type; only to those that other processes send. */
export type RepliesTo<Command extends { readonly type: string }> = {
  readonly [Name in Command['type'] & CommandName]: CommandReply<Name>;
};
