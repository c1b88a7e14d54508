import { Nested, Whole } from './schema/fields.js';
import { OneOf, Text, Time } from './schema/text-fields.js';
import { derivedId } from './ids.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';
import { personKey } from './text/phone.js';

/**
 * The contact id of a person in an account, however the phone number is spelled. `person`: the phone number, else
 * Meta's user id. One person may have several such ids, since a number or user id may come later or change: messaging
 * maps ids to people, and contacts maps each id to one contact.
 */
export const contactIdOf = (accountId: string, person: string) =>
  derivedId('cnt', accountId, personKey(person));

/** The id of the conversation between one of the account's phone numbers and a person. */
export const conversationIdOf = (accountId: string, phoneNumberId: string, person: string) =>
  derivedId('cnv', accountId, phoneNumberId, personKey(person));

const CONVERSATION_STATUSES = ['open', 'closed'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** The person in a conversation. */
export class ConversationContact {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 40, nullable: true, description: 'Null for a person without a phone number.' })
  phone!: string | null;
  @Text({ ...LIMITS.userId, optional: true, description: "Meta's user id, where there is no phone number." })
  userId?: string;
  @Text({
    ...LIMITS.contactName,
    nullable: true,
    description: "The contact's name; if there is none, the person's name on WhatsApp.",
  })
  name!: string | null;
}

/** A conversation as the inbox lists it. */
export class ConversationView {
  @Text({ max: 40 }) id!: string;
  @Nested(() => ConversationContact) contact!: ConversationContact;
  @OneOf(['whatsapp'] as const) channel!: 'whatsapp';
  @Text({ max: 40 }) phoneNumberId!: string;
  @OneOf(CONVERSATION_STATUSES) status!: ConversationStatus;
  @Time() lastMessageAt!: string;
  @Text({ max: 200, nullable: true }) lastMessagePreview!: string | null;
  @Whole({ min: 0, max: 2_147_483_647 }) unreadCount!: number;
  @Time({
    nullable: true,
    description: 'Until when messages other than templates can be sent; null: the person never wrote.',
  })
  windowExpiresAt!: string | null;
  @Text({ max: 200, nullable: true }) assignee!: string | null;
}

/** `GET /v1/conversations`. */
export class ListConversations extends Page {
  @OneOf(CONVERSATION_STATUSES, { optional: true, description: 'Only these; default: all.' })
  status?: ConversationStatus;
  @Text({ max: 200, optional: true, description: "A part of the person's name or phone number." })
  search?: string;
}

/** `PATCH /v1/conversations/:id`. */
export class UpdateConversation {
  @OneOf(CONVERSATION_STATUSES, { optional: true, example: 'closed' }) status?: ConversationStatus;
  @Text({
    max: 200,
    optional: true,
    nullable: true,
    description: 'Who answers, by any name you use; null: nobody.',
  })
  assignee?: string | null;
}

/** Payload of the command `conversation.update`. */
export type UpdateConversationData = UpdateConversation & {
  readonly conversationId: string;
  readonly at: string;
};

/** The data of the events `conversation.opened` and `conversation.closed`. */
export class ConversationStatusData {
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 200, nullable: true }) assignee!: string | null;
  @Time() at!: string;
}
