import { Module } from '@nestjs/common';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Contacts1763805600000 } from './migrations/0001-contacts.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: [Contacts1763805600000] }),
    EventingModule.forService({ consumes: [] }),
  ],
})
export class ContactsModule {}
