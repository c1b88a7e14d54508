import { Module, type FactoryProvider } from '@nestjs/common';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule, PG_POOL } from '@wbiz/service-kit/database.module';
import { direct } from '@wbiz/service-kit/direct-commands';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Projections } from '@wbiz/service-kit/projections';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { contacts } from './contact/contact.aggregate.js';
import { ContactQueries } from './contact/contact.queries.js';
import { customFields } from './custom-field/custom-field.aggregate.js';
import { CustomFieldQueries } from './custom-field/custom-field.queries.js';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { LabelRemover } from './label/label-remover.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { accounts } from './person/accounts.projection.js';
import { PersonChangesConsumer } from './person/person-changes.consumer.js';
import { whenMarketingStoppedOptThePersonOut } from './person/when-marketing-stopped-opt-the-person-out.reactor.js';
import { whenMessageReceivedUpdateContact } from './person/when-message-received-update-contact.reactor.js';
import { tags } from './tag/tag.aggregate.js';
import { TagQueries } from './tag/tag.queries.js';

const PEOPLE = Symbol('PEOPLE');

const people: FactoryProvider = {
  provide: PEOPLE,
  useFactory: (projections: Projections, store: EventStore) =>
    projections.add(
      together('people', [
        accounts,
        whenMessageReceivedUpdateContact(store),
        whenMarketingStoppedOptThePersonOut(store),
      ]),
    ),
  inject: [Projections, EventStore],
};

const labelRemover: FactoryProvider<LabelRemover> = {
  provide: LabelRemover,
  useFactory: (runtime: Runtime, pool: Pool, store: EventStore) => {
    const remover = new LabelRemover({ pool, store, logger: runtime.logger });
    runWork(runtime, 'removal of labels', remover.work, {
      store,
      by: ({ type }) => type === 'tag.deleted' || type === 'custom_field.deleted',
    });
    return remover;
  },
  inject: [RUNTIME, PG_POOL, EventStore],
};

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({
      consumes: ['commands', 'inboundChanges'],
      commands: [direct(contacts), direct(tags), direct(customFields)],
      inline: INLINE_PROJECTIONS,
    }),
  ],
  controllers: [ContactQueries, TagQueries, CustomFieldQueries, PersonChangesConsumer],
  providers: [people, labelRemover],
})
export class ContactsModule {}
