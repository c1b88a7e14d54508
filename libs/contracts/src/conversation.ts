import { Nested, OneOf, Text, Time, Whole } from './schema/field.js';
import { derivedId } from './ids.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';
import { personKey } from './text/phone.js';

/**
 * One contact per account and person, however the number is spelled. `person` is the phone number if there is one,
 * else Meta's user id. One person may have several of these ids, because a number or user id came later or changed:
 * messaging maps ids to people, and in contacts each id leads to the contact.
 */
export const contactIdOf = (accountId: string, person: string) =>
  derivedId('cnt', accountId, personKey(person));

/** One conversation per account, phone number and person. */
export const conversationIdOf = (accountId: string, phoneNumberId: string, person: string) =>
  derivedId('cnv', accountId, phoneNumberId, personKey(person));

const CONVERSATION_STATUSES = ['open', 'closed'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** The other side of a conversation. */
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

/** A row of the inbox. */
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

/** Command `conversation.update`. Key: the conversation. */
export type UpdateConversationData = UpdateConversation & {
  readonly conversationId: string;
  readonly at: string;
};

/** The data of `conversation.opened` and `conversation.closed`. */
export class ConversationStatusData {
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 200, nullable: true }) assignee!: string | null;
  @Time() at!: string;
}
