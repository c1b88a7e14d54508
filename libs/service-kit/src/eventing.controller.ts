import { Controller } from '@nestjs/common';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { OutboxRelay } from '@wbiz/eventing/postgres/relay';
import { RepliesHandler } from '@wbiz/eventing/rpc/query-handler';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { QueryHandler } from './handlers.js';

/** What every service answers. */
@Controller()
export class EventingController {
  constructor(
    private readonly store: EventStore,
    private readonly relay: OutboxRelay,
    private readonly bus: CommandBus,
  ) {}

  @QueryHandler('command.reply')
  reply({ commandId, expire }: Ask<'command.reply'>) {
    return this.store.replyOf(commandId, { expire });
  }

  @QueryHandler('log.head')
  head({ accountId }: Ask<'log.head'>) {
    return this.relay.head(accountId);
  }

  @RepliesHandler()
  replies(replies: readonly StagedReply[]): void {
    this.bus.onReplies(replies);
  }
}
