import { Controller, Inject } from '@nestjs/common';
import type { MarkReadData } from '@wbiz/contracts/message';
import type { SendMessageData } from '@wbiz/contracts/send';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { CommandHandler } from '@wbiz/service-kit/handlers';
import type { SendFacts } from './message.commands.js';
import { awaitingOf } from './outcome-reply.js';
import { messages } from './message.aggregate.js';
import { SEND_FACTS, type LookUpFacts } from './send-facts.js';

const NOTHING_KNOWN: SendFacts = {
  windowExpiresAt: null,
  firstDayUntil: null,
  template: 'unavailable',
  media: new Map(),
  replyToWamid: null,
  reactedWamid: null,
  optedOut: 'unavailable',
};

/** Consumes commands of the gateway and of campaigns. */
@Controller()
export class MessageConsumer {
  constructor(
    private readonly store: EventStore,
    @Inject(SEND_FACTS) private readonly factsOf: LookUpFacts,
  ) {}

  @CommandHandler('message.send')
  async send(command: Command<'message.send', SendMessageData>) {
    const { accountId, traceparent = null } = command;
    // No lookups past the deadline: the store drops the command or already has its reply.
    const late = command.deadline !== undefined && Date.now() > command.deadline;
    const facts = late ? NOTHING_KNOWN : await this.factsOf(command);
    return this.store.execute(messages, {
      ...command,
      data: { ...command.data, accountId, facts, awaiting: awaitingOf(command), traceparent },
    });
  }

  @CommandHandler('message.mark-read')
  markRead(command: Command<'message.mark-read', MarkReadData>) {
    return this.store.execute(messages, {
      ...command,
      data: { ...command.data, awaiting: awaitingOf(command) },
    });
  }
}
