import { AccountData, AccountStatusData, PhoneNumberQualityData } from './account.js';
import { CampaignStatusData } from './campaign.js';
import { ContactCreatedData, ContactMergedData, ContactOptedOutData, ContactUpdatedData } from './contact.js';
import { ConversationStatusData } from './conversation.js';
import { CustomFieldData, CustomFieldDeletedData } from './custom-field.js';
import { MediaCreatedData, MediaDeletedData } from './media.js';
import {
  MarketingStoppedData,
  MessageEchoedData,
  MessageReceivedData,
  MessageStatusData,
  MessageWithdrawnData,
} from './message.js';
import { TagEventData } from './tag.js';
import { TemplateRemovedData, TemplateStatusData, TemplateView } from './template.js';
import type { Service } from './topics.js';
import { WebhookDisabledData } from './webhook-disabled.js';

type Entry = {
  readonly source: Service;
  readonly data: new () => object;
  readonly feed: boolean;
  readonly summary: string;
};

/** Every event on the shared log, the topic `wbiz.events`. `feed`: whether `/v1/events` and webhooks carry it. */
export const EVENTS = {
  'message.received': {
    source: 'messaging',
    data: MessageReceivedData,
    feed: true,
    summary: 'A person sent a message.',
  },
  'message.status': {
    source: 'messaging',
    data: MessageStatusData,
    feed: true,
    summary: 'A message we send changed its status.',
  },
  'message.echoed': {
    source: 'messaging',
    data: MessageEchoedData,
    feed: true,
    summary: 'Somebody of the business wrote to a person on the WhatsApp Business app.',
  },
  'message.withdrawn': {
    source: 'messaging',
    data: MessageWithdrawnData,
    feed: false,
    summary: "A campaign's message goes back to the campaign, unsent.",
  },
  'message.marketing_stopped': {
    source: 'messaging',
    data: MarketingStoppedData,
    feed: false,
    summary: 'Meta refused a marketing message: the person stopped marketing from this business.',
  },
  'conversation.opened': {
    source: 'messaging',
    data: ConversationStatusData,
    feed: true,
    summary: 'A conversation was opened or reopened.',
  },
  'conversation.closed': {
    source: 'messaging',
    data: ConversationStatusData,
    feed: true,
    summary: 'A conversation was closed.',
  },
  'contact.created': {
    source: 'contacts',
    data: ContactCreatedData,
    feed: true,
    summary: 'A contact was created.',
  },
  'contact.updated': {
    source: 'contacts',
    data: ContactUpdatedData,
    feed: true,
    summary: 'A contact changed.',
  },
  'contact.opted_out': {
    source: 'contacts',
    data: ContactOptedOutData,
    feed: true,
    summary: 'A person opted out.',
  },
  'contact.merged': {
    source: 'contacts',
    data: ContactMergedData,
    feed: false,
    summary: 'Two contacts turned out to be one person.',
  },
  'tag.created': { source: 'contacts', data: TagEventData, feed: false, summary: 'A tag was added.' },
  'tag.deleted': {
    source: 'contacts',
    data: TagEventData,
    feed: false,
    summary: 'A tag was deleted, and no contact has it any more.',
  },
  'custom_field.created': {
    source: 'contacts',
    data: CustomFieldData,
    feed: false,
    summary: 'A custom field was defined.',
  },
  'custom_field.deleted': {
    source: 'contacts',
    data: CustomFieldDeletedData,
    feed: false,
    summary: 'A custom field was deleted with its values.',
  },
  'media.created': {
    source: 'messaging',
    data: MediaCreatedData,
    feed: false,
    summary: 'A file was uploaded, or one that a person sent was fetched.',
  },
  'media.deleted': {
    source: 'messaging',
    data: MediaDeletedData,
    feed: false,
    summary: 'A file was deleted.',
  },
  'template.status': {
    source: 'templates',
    data: TemplateStatusData,
    feed: true,
    summary: "A template's status changed.",
  },
  'template.changed': {
    source: 'templates',
    data: TemplateView,
    feed: false,
    summary: 'A template was created or changed.',
  },
  'template.removed': {
    source: 'templates',
    data: TemplateRemovedData,
    feed: false,
    summary: 'A template was removed.',
  },
  'campaign.status': {
    source: 'campaigns',
    data: CampaignStatusData,
    feed: true,
    summary: 'A campaign changed its status or made progress.',
  },
  'account.status': {
    source: 'gateway',
    data: AccountStatusData,
    feed: true,
    summary: "The account's status changed.",
  },
  'account.updated': {
    source: 'gateway',
    data: AccountData,
    feed: false,
    summary: 'The account was connected or changed.',
  },
  'phone_number.quality': {
    source: 'gateway',
    data: PhoneNumberQualityData,
    feed: true,
    summary: "A phone number's quality or limit changed.",
  },
  'webhook.disabled': {
    source: 'webhooks',
    data: WebhookDisabledData,
    feed: true,
    summary: 'A webhook was switched off: its endpoint is gone, or failed for five days.',
  },
} as const satisfies Record<string, Entry>;
export type EventType = keyof typeof EVENTS;
export type EventData<Type extends EventType> = InstanceType<(typeof EVENTS)[Type]['data']>;
/** The data of every event, by type. */
export type EventPayloads = { readonly [Type in EventType]: EventData<Type> };

export type FeedEventType = {
  [Type in EventType]: (typeof EVENTS)[Type]['feed'] extends true ? Type : never;
}[EventType];
/** Event types for webhook subscriptions and feed filters. */
export const FEED_EVENT_TYPES = (Object.keys(EVENTS) as EventType[]).filter(
  (type) => EVENTS[type].feed,
) as FeedEventType[];
