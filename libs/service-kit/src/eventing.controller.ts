import { Controller } from '@nestjs/common';
import type { Queries } from '@wbiz/contracts/queries';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { OutboxRelay } from '@wbiz/eventing/postgres/relay';
import { QueryHandler, RepliesHandler } from '@wbiz/eventing/rpc/query-handler';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';

/** What every service answers. */
@Controller()
export class EventingController {
  constructor(
    private readonly store: EventStore,
    private readonly relay: OutboxRelay,
    private readonly bus: CommandBus,
  ) {}

  @QueryHandler('command.reply')
  reply({ commandId, expire }: Queries['command.reply']['ask']) {
    return this.store.replyOf(commandId, { expire });
  }

  @QueryHandler('log.head')
  head({ accountId }: Queries['log.head']['ask']) {
    return this.relay.head(accountId);
  }

  @RepliesHandler()
  replies(replies: readonly StagedReply[]): void {
    this.bus.onReplies(replies);
  }
}
