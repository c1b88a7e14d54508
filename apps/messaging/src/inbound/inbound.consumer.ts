import { Controller, Inject } from '@nestjs/common';
import { META_MESSAGE, META_STATUS, type MetaMessage, type MetaStatus } from '@wbiz/contracts/meta-inbound';
import { CommandHandler } from '@wbiz/eventing/kafka/command-handler';
import type { Command, Reply } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { unrefused } from '@wbiz/eventing/rejection';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { AccountDirectory } from '../account/account-directory.js';
import { ANNOUNCE, type Announce } from '../message/announce.js';
import { messages, type MessageChange } from '../message/message.aggregate.js';
import { SENT_MESSAGE, type FindSent } from '../message/sent-message.js';
import { receivedFrom, statusFrom } from './inbound-message.js';
import { WEBHOOKS_SEEN, type NoteWebhook } from './webhooks-seen.js';

type Message = Command<typeof META_MESSAGE, MetaMessage>;
type Status = Command<typeof META_STATUS, MetaStatus>;

/** What Meta's webhooks brought. */
@Controller()
export class InboundConsumer {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: AccountDirectory,
    @Inject(SENT_MESSAGE) private readonly findSent: FindSent,
    @Inject(ANNOUNCE) private readonly announce: Announce,
    @Inject(WEBHOOKS_SEEN) private readonly noteWebhook: NoteWebhook,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'metrics'>,
  ) {}

  @CommandHandler(META_MESSAGE)
  async message({ data, traceparent }: Message): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    if (accountId) {
      const received = { ...receivedFrom(accountId, data), accountId };
      const reply = await this.store.apply(messages, {
        accountId,
        traceparent,
        type: 'message.receive',
        data: received,
      });
      // Meta tells facts: one that is refused cannot be handled, and belongs to the dead letters.
      unrefused(reply);
    } else this.foreign('message');
    await this.noteWebhook(data);
  }

  @CommandHandler(META_STATUS)
  async status({ data, traceparent }: Status): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    const told = accountId && statusFrom(data);
    const { message, events } = told ? await this.note(accountId, told, traceparent) : NOTHING;
    if (!message) this.foreign('status');
    else if (events.length > 0) this.announce(message);
    await this.noteWebhook(data);
  }

  private async note(
    accountId: string,
    { messageId, report }: NonNullable<ReturnType<typeof statusFrom>>,
    traceparent: string | undefined,
  ): Promise<MessageChange> {
    const sent = messageId ?? (await this.findSent({ accountId, wamid: report.wamid }));
    if (sent === null) return NOTHING;
    const data = { ...report, messageId: sent };
    const reply = await this.store.apply(messages, {
      accountId,
      traceparent,
      type: 'message.note-status',
      data,
    });
    return changeIn(reply);
  }

  /** Of a WABA, a number or a message that is none of ours, as when another app sends from the same number. */
  private foreign(kind: 'message' | 'status'): void {
    this.runtime.metrics.metaItems.inc({ kind: `foreign_${kind}` });
  }
}

const NOTHING: MessageChange = { message: null, events: [] };

/** A message of another account counts as none. */
function changeIn(reply: Reply): MessageChange {
  if (!reply.ok && reply.error.code === 'not_found') return NOTHING;
  return unrefused(reply) as MessageChange;
}
