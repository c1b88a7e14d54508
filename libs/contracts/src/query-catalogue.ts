import type { AccountCredentials } from './account.js';
import type { AudiencePreview, PreviewAudience } from './campaign-plan.js';
import type {
  CampaignProgress,
  CampaignView,
  ListCampaigns,
  ListRecipients,
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
  /** For types only; never set. */
  readonly says?: { readonly ask: Ask; readonly answer: Answer };
};
const query = <Ask, Answer>(owner: Service): Entry<Service, Ask, Answer> => ({ owner });
/** A query that every service answers about its own data. */
const everywhere = <Ask, Answer>(): Entry<null, Ask, Answer> => ({ owner: null });

type Of = { readonly accountId: string };
type One = Of & { readonly id: string };
type OneProjection = { readonly projection: string };

/** Every query between processes, answered over TCP. A null answer: what was asked for does not exist. */
export const QUERIES = {
  'message.get': query<One, MessageView | null>('messaging'),
  'message.list': query<Of & ListMessages, Paged<MessageView>>('messaging'),
  'message.usage': query<
    { accountId: string; since: string },
    { messagesSent: number; conversations: number }
  >('messaging'),
  /**
   * People to whom an account sent templates outside their service windows in the last 24 hours, as Meta's messaging
   * limit counts. `freesAt`: when the first of them stops counting.
   */
  'message.reached': query<Of, { readonly people: number; readonly freesAt: string | null }>('messaging'),
  'conversation.list': query<Of & ListConversations, Paged<ConversationView>>('messaging'),
  'conversation.get': query<One, ConversationView | null>('messaging'),
  'conversation.messages': query<One & Page, Paged<ConversationMessage> | null>('messaging'),
  /** For a merged contact: the contact that it was merged into. */
  'contact.get': query<One, ContactView | null>('contacts'),
  'contact.list': query<Of & ListContacts, Paged<ContactView>>('contacts'),
  /** Newest first. */
  'contact.history': query<One & Page, Paged<ContactChange> | null>('contacts'),
  /** Whether the person opted out; false if we have no such contact. */
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
  /** Meta's answer to a submission; null while there is none. */
  'template.outcome': query<One, CommandReply | null>('templates'),
  'flow.list': query<Of & ListFlows, Paged<FlowView>>('templates'),
  'flow.get': query<One, FlowView | null>('templates'),
  'quick-reply.list': query<Of & ListQuickReplies, Paged<QuickReplyView>>('templates'),
  'preset.list': query<Of & ListPresets, Paged<PresetView>>('templates'),
  'preset.get': query<One, PresetView | null>('templates'),
  'campaign.list': query<Of & ListCampaigns, Paged<CampaignView>>('campaigns'),
  'campaign.get': query<One, CampaignView | null>('campaigns'),
  /** The campaign's counts over time, from its events, oldest first. */
  'campaign.progress': query<One, CampaignProgress | null>('campaigns'),
  'campaign.recipients': query<One & ListRecipients, Paged<RecipientView> | null>('campaigns'),
  /** With `phoneNumberId` the answer includes a plan. */
  'campaign.preview': query<Of & PreviewAudience & { readonly phoneNumberId?: string }, AudiencePreview>(
    'campaigns',
  ),
  'feed.read': query<Of & ReadEvents, EventPage>('webhooks'),
  'webhook.list': query<Of & Page, Paged<WebhookView>>('webhooks'),
  'webhook.get': query<One, WebhookView | null>('webhooks'),
  /** Why the URL is not allowed for deliveries, or null. */
  'webhook.check-url': query<{ url: string }, string | null>('webhooks'),
  /** Sends a signed sample event. */
  'webhook.test': query<One, WebhookTestResult | null>('webhooks'),
  'webhook.stats': query<One, WebhookStats | null>('webhooks'),
  'webhook.deliveries': query<One & ListDeliveries, Paged<DeliveryView> | null>('webhooks'),
  'webhook.delivery': query<One & { deliveryId: string }, DeliveryDetail | null>('webhooks'),
  /**
   * Seals a batch of texts, which previous keys seal, with the current key; `present`: the id of the gateway's current
   * key.
   */
  'webhook.reseal': query<{ readonly present: string }, readonly SealedTexts[]>('webhooks'),
  /** Which account a WhatsApp Business Account belongs to. */
  'account.find': query<{ wabaId: string }, { accountId: string } | null>('gateway'),
  'account.credentials': query<{ accountId: string }, AccountCredentials | null>('gateway'),
  /**
   * The stored reply to a command. With `expire`, a command that was not handled yet never will be, so null is final.
   */
  'command.reply': everywhere<{ commandId: string; expire: boolean }, CommandReply | null>(),
  /**
   * The service's last sequence number in the account's partition of the log. Answered once every event committed
   * before the call has a number.
   */
  'log.head': everywhere<{ accountId: string }, { partition: number; sequence: number }>(),
  'secrets.present': everywhere<Record<never, never>, PresentKeys>(),
  /** The service's projections of the shared log. */
  'projection.list': everywhere<Record<never, never>, readonly ProjectionView[]>(),
  /** Operators' actions on a projection; done before the answer. */
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
