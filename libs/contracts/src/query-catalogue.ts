import type { AccountCredentials } from './account.js';
import type {
  AudiencePreview,
  CampaignProgress,
  CampaignView,
  ListCampaigns,
  ListRecipients,
  PreviewAudience,
  RecipientView,
} from './campaign.js';
import type { ContactChange, ContactView, ListContacts } from './contact.js';
import type { ConversationView, ListConversations } from './conversation.js';
import type { CustomFieldView } from './custom-field.js';
import type { EventPage, ReadEvents } from './feed.js';
import type { FlowView, ListFlows } from './flow.js';
import type { MediaOnFile } from './media.js';
import type { ConversationMessage, ListMessages, MessageView } from './message.js';
import type { Page, Paged } from './page.js';
import type { ListPresets, PresetView } from './preset.js';
import type {
  ProjectionView,
  RetriedAccount,
  RetryParked,
  RewindProjection,
  RewoundProjection,
  SkipParked,
} from './projection.js';
import type { ListQuickReplies, QuickReplyView } from './quick-reply.js';
import type { Removal, TagView } from './tag.js';
import type { ListTemplates, TemplateView } from './template.js';
import type { PresentKeys, SealedTexts } from './sealed.js';
import type { Service } from './topics.js';
import type {
  DeliveryDetail,
  DeliveryView,
  ListDeliveries,
  WebhookStats,
  WebhookTestResult,
  WebhookView,
} from './webhook.js';

type CommandReply =
  | { readonly ok: true; readonly data: unknown }
  | {
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
    };

type Entry<Owner, Ask, Answer> = {
  readonly owner: Owner;
  /** Types only. */
  readonly says?: { readonly ask: Ask; readonly answer: Answer };
};
const query = <Ask, Answer>(owner: Service): Entry<Service, Ask, Answer> => ({ owner });
/** Answered by every service of what is its own. */
const everywhere = <Ask, Answer>(): Entry<null, Ask, Answer> => ({ owner: null });

type Of = { readonly accountId: string };
type One = Of & { readonly id: string };
type OneProjection = { readonly projection: string };

/** Every query that services answer over TCP, once. A `null` in an answer means not there. */
export const QUERIES = {
  'message.get': query<One, MessageView | null>('messaging'),
  'message.list': query<Of & ListMessages, Paged<MessageView>>('messaging'),
  'message.usage': query<
    { accountId: string; since: string },
    { messagesSent: number; conversations: number }
  >('messaging'),
  /**
   * People whom an account wrote templates to in the last 24 hours, outside their service windows: what Meta's messaging
   * limit counts. `freesAt`: when the first of them is not counted any more.
   */
  'message.reached': query<Of, { readonly people: number; readonly freesAt: string | null }>('messaging'),
  'conversation.list': query<Of & ListConversations, Paged<ConversationView>>('messaging'),
  'conversation.get': query<One, ConversationView | null>('messaging'),
  'conversation.messages': query<One & Page, Paged<ConversationMessage> | null>('messaging'),
  /** A contact that was merged into another answers with the other. */
  'contact.get': query<One, ContactView | null>('contacts'),
  'contact.list': query<Of & ListContacts, Paged<ContactView>>('contacts'),
  /** The newest first. */
  'contact.history': query<One & Page, Paged<ContactChange> | null>('contacts'),
  /** Whether a person does not want to be written to; somebody who is not on file has said nothing. */
  'contact.opted-out': query<{ accountId: string; contactId: string }, boolean>('contacts'),
  'tag.list': query<Of & Page, Paged<TagView> & { readonly removals: readonly Removal[] }>('contacts'),
  'tag.get': query<{ accountId: string; name: string }, TagView | null>('contacts'),
  'field.list': query<Of & Page, Paged<CustomFieldView> & { readonly removals: readonly Removal[] }>(
    'contacts',
  ),
  'media.find': query<One, MediaOnFile | null>('messaging'),
  'template.list': query<Of & ListTemplates, Paged<TemplateView>>('templates'),
  'template.get': query<One, TemplateView | null>('templates'),
  'template.find': query<{ accountId: string; name: string; language: string }, TemplateView | null>(
    'templates',
  ),
  /** What Meta answered to a submission; null while it has not. */
  'template.outcome': query<One, CommandReply | null>('templates'),
  'flow.list': query<Of & ListFlows, Paged<FlowView>>('templates'),
  'flow.get': query<One, FlowView | null>('templates'),
  'quick-reply.list': query<Of & ListQuickReplies, Paged<QuickReplyView>>('templates'),
  'preset.list': query<Of & ListPresets, Paged<PresetView>>('templates'),
  'preset.get': query<One, PresetView | null>('templates'),
  'campaign.list': query<Of & ListCampaigns, Paged<CampaignView>>('campaigns'),
  'campaign.get': query<One, CampaignView | null>('campaigns'),
  /** As its events have told, oldest first. */
  'campaign.progress': query<One, CampaignProgress | null>('campaigns'),
  'campaign.recipients': query<One & ListRecipients, Paged<RecipientView> | null>('campaigns'),
  /** `phoneNumberId`: where a plan is asked for. */
  'campaign.preview': query<Of & PreviewAudience & { readonly phoneNumberId?: string }, AudiencePreview>(
    'campaigns',
  ),
  'feed.read': query<Of & ReadEvents, EventPage>('webhooks'),
  'webhook.list': query<Of & Page, Paged<WebhookView>>('webhooks'),
  'webhook.get': query<One, WebhookView | null>('webhooks'),
  /** Why deliveries may not go to a URL, or null. */
  'webhook.check-url': query<{ url: string }, string | null>('webhooks'),
  /** Sends a signed sample. */
  'webhook.test': query<One, WebhookTestResult | null>('webhooks'),
  'webhook.stats': query<One, WebhookStats | null>('webhooks'),
  'webhook.deliveries': query<One & ListDeliveries, Paged<DeliveryView> | null>('webhooks'),
  'webhook.delivery': query<One & { deliveryId: string }, DeliveryDetail | null>('webhooks'),
  /** Seals anew what previous keys have sealed, some of it; `present` is the id of the key that the gateway seals with. */
  'webhook.reseal': query<{ readonly present: string }, readonly SealedTexts[]>('webhooks'),
  /** Which account a WhatsApp Business Account belongs to. */
  'account.find': query<{ wabaId: string }, { accountId: string } | null>('gateway'),
  'account.credentials': query<{ accountId: string }, AccountCredentials | null>('gateway'),
  /** The stored reply of a command; with `expire` a command not yet handled never will be, so null is final. */
  'command.reply': everywhere<{ commandId: string; expire: boolean }, CommandReply | null>(),
  /** The owner's last number for this account's partition, once everything committed before the call has one. */
  'log.head': everywhere<{ accountId: string }, { partition: number; sequence: number }>(),
  'secrets.present': everywhere<Record<never, never>, PresentKeys>(),
  /** What the service makes of the shared log. */
  'projection.list': everywhere<Record<never, never>, readonly ProjectionView[]>(),
  /** The three that operators give orders with; they are carried out before the answer. */
  'projection.retry': everywhere<OneProjection & RetryParked, RetriedAccount | null>(),
  'projection.skip': everywhere<OneProjection & SkipParked, RetriedAccount | null>(),
  'projection.rewind': everywhere<OneProjection & RewindProjection, RewoundProjection | null>(),
};

export type QueryName = keyof typeof QUERIES;
type Says<Name extends QueryName> = NonNullable<(typeof QUERIES)[Name]['says']>;
export type Ask<Name extends QueryName> = Says<Name>['ask'];
export type Answer<Name extends QueryName> = Says<Name>['answer'];
type Owned<Name extends QueryName> =
  (typeof QUERIES)[Name] extends Entry<null, unknown, unknown> ? never : Name;
/** Queries with one owner, and those that every service answers. */
export type OwnedQuery = { [Name in QueryName]: Owned<Name> }[QueryName];
export type CommonQuery = Exclude<QueryName, OwnedQuery>;
