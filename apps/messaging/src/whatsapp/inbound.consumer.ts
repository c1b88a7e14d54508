import { Controller, Inject } from '@nestjs/common';
import { META_MESSAGE, META_STATUS, type MetaMessage, type MetaStatus } from '@wbiz/contracts/meta-inbound';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command, Reply } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { AccountDirectory } from '../account/account-directory.js';
import { ANNOUNCE, type Announce } from '../message/announce.js';
import { messages, type MessageChange } from '../message/message.aggregate.js';
import { receivedFrom, statusFrom } from './inbound-message.js';
import { WEBHOOKS_SEEN, type NoteWebhook } from './webhooks-seen.js';

/** What Meta's webhooks brought. */
@Controller()
export class InboundConsumer {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: AccountDirectory,
    @Inject(ANNOUNCE) private readonly announce: Announce,
    @Inject(WEBHOOKS_SEEN) private readonly noteWebhook: NoteWebhook,
  ) {}

  @CommandHandler(META_MESSAGE)
  async message({ data, traceparent }: Command<typeof META_MESSAGE, MetaMessage>): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    const received = accountId && receivedFrom(accountId, data);
    if (received)
      changeIn(
        await this.store.apply(messages, {
          accountId,
          traceparent,
          type: 'message.receive',
          data: { ...received, accountId },
        }),
      );
    await this.noteWebhook(data.phoneNumberId);
  }

  @CommandHandler(META_STATUS)
  async status({ data, traceparent }: Command<typeof META_STATUS, MetaStatus>): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    const report = accountId && statusFrom(data);
    if (report) {
      const reply = await this.store.apply(messages, {
        accountId,
        traceparent,
        type: 'message.note-status',
        data: report,
      });
      const { message, events } = changeIn(reply);
      if (message && events.length > 0) this.announce(message);
    }
    await this.noteWebhook(data.phoneNumberId);
  }
}

/** Meta tells facts: one that is refused cannot be handled, and goes to the dead letters instead of being passed over. */
function changeIn(reply: Reply): MessageChange {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.data as MessageChange;
}
