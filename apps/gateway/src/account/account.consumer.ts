import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta/inbound';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { InboundHandler, QueryHandler } from '@wbiz/service-kit/handlers';
import { AccountQueries } from './account.queries.js';
import { applyMetaChange } from './apply-meta-change.js';

/** Answers the other services' queries about accounts, and takes in Meta's account webhooks. */
@Controller()
export class AccountConsumer {
  constructor(
    private readonly queries: AccountQueries,
    @Inject(EventStore) private readonly store: EventStore,
  ) {}

  @QueryHandler('account.find')
  find(@Payload() { wabaId }: Ask<'account.find'>) {
    return this.queries.find(wabaId);
  }

  @QueryHandler('account.credentials')
  credentials(@Payload() { accountId }: Ask<'account.credentials'>) {
    return this.queries.credentials(accountId);
  }

  @InboundHandler(META_CHANGE)
  metaChange(@Payload() { data }: Command<typeof META_CHANGE, MetaChange>) {
    return applyMetaChange(data, this.queries, this.store);
  }
}
