import { Controller, Inject } from '@nestjs/common';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { OutboxRelay } from '@wbiz/eventing/postgres/relay';
import { RepliesHandler } from '@wbiz/eventing/rpc/query-handler';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { QueryHandler } from './handlers.js';
import { Projections } from './projections.js';
import { RUNTIME, type Runtime } from './runtime.js';
import { presentKeys, type SealingKeys } from './sealing.js';

/** The queries that every service answers. */
@Controller()
export class EventingController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<SealingKeys>,
    private readonly store: EventStore,
    private readonly relay: OutboxRelay,
    private readonly bus: CommandBus,
    private readonly projections: Projections,
  ) {}

  @QueryHandler('command.reply')
  reply({ commandId, expire }: Ask<'command.reply'>) {
    return this.store.replyOf(commandId, { expire });
  }

  @QueryHandler('log.head')
  head({ accountId }: Ask<'log.head'>) {
    return this.relay.head(accountId);
  }

  @QueryHandler('secrets.present')
  async present() {
    return presentKeys(this.runtime.config);
  }

  @QueryHandler('projection.list')
  list() {
    return this.projections.list();
  }

  @QueryHandler('projection.retry')
  retry(ask: Ask<'projection.retry'>) {
    return this.projections.retry(ask);
  }

  @QueryHandler('projection.skip')
  skip(ask: Ask<'projection.skip'>) {
    return this.projections.skip(ask);
  }

  @QueryHandler('projection.rewind')
  rewind(ask: Ask<'projection.rewind'>) {
    return this.projections.rewind(ask);
  }

  @RepliesHandler()
  replies(replies: readonly StagedReply[]): void {
    this.bus.onReplies(replies);
  }
}
