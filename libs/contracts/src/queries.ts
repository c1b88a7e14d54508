import type { AccountCredentials } from './account.js';
import type { ContactChange, ContactView, ListContacts } from './contact.js';
import type { ConversationView, ListConversations } from './conversation.js';
import type { CustomFieldView } from './custom-field.js';
import type { EventPage, ReadEvents } from './feed.js';
import type { MediaOnFile } from './media.js';
import type { ConversationMessage, ListMessages, MessageView } from './message.js';
import type { Page, Paged } from './page.js';
import type { Removal, TagView } from './tag.js';
import type { ListTemplates, TemplateView } from './template.js';

type CommandReply =
  | { readonly ok: true; readonly data: unknown }
  | {
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
    };

/** The queries services answer over TCP: pattern → what is asked and what is answered. `null` means not there. */
export type Queries = {
  'message.get': { ask: { accountId: string; id: string }; answer: MessageView | null };
  'message.list': { ask: { accountId: string } & ListMessages; answer: Paged<MessageView> };
  'message.usage': {
    ask: { accountId: string; since: string };
    answer: { messagesSent: number; conversations: number };
  };
  'conversation.list': { ask: { accountId: string } & ListConversations; answer: Paged<ConversationView> };
  'conversation.get': { ask: { accountId: string; id: string }; answer: ConversationView | null };
  'conversation.messages': {
    ask: { accountId: string; id: string } & Page;
    answer: Paged<ConversationMessage> | null;
  };
  /** A contact that was merged into another answers with the other. */
  'contact.get': { ask: { accountId: string; id: string }; answer: ContactView | null };
  'contact.list': { ask: { accountId: string } & ListContacts; answer: Paged<ContactView> };
  /** The newest first. */
  'contact.history': {
    ask: { accountId: string; id: string } & Page;
    answer: Paged<ContactChange> | null;
  };
  /** Whether a person does not want to be written to; somebody who is not on file has said nothing. */
  'contact.opted-out': { ask: { accountId: string; contactId: string }; answer: boolean };
  'tag.list': {
    ask: { accountId: string } & Page;
    answer: Paged<TagView> & { readonly removals: readonly Removal[] };
  };
  'tag.get': { ask: { accountId: string; name: string }; answer: TagView | null };
  'field.list': {
    ask: { accountId: string } & Page;
    answer: Paged<CustomFieldView> & { readonly removals: readonly Removal[] };
  };
  'media.find': { ask: { accountId: string; id: string }; answer: MediaOnFile | null };
  'template.list': { ask: { accountId: string } & ListTemplates; answer: Paged<TemplateView> };
  'template.get': { ask: { accountId: string; id: string }; answer: TemplateView | null };
  'template.find': {
    ask: { accountId: string; name: string; language: string };
    answer: TemplateView | null;
  };
  'feed.read': { ask: { accountId: string } & ReadEvents; answer: EventPage };
  /** Which account a WhatsApp Business Account belongs to. */
  'account.find': { ask: { wabaId: string }; answer: { accountId: string } | null };
  'account.credentials': { ask: { accountId: string }; answer: AccountCredentials | null };
  /** The stored reply of a command; with `expire` a command not yet handled never will be, so null is final. */
  'command.reply': { ask: { commandId: string; expire: boolean }; answer: CommandReply | null };
  /** The owner's last number for this account's partition, once everything committed before the call has one. */
  'log.head': { ask: { accountId: string }; answer: { partition: number; sequence: number } };
};
