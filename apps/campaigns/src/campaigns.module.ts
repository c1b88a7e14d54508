import { Module } from '@nestjs/common';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { MIGRATIONS } from './migrations/migrations.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({ consumes: [] }),
  ],
})
export class CampaignsModule {}
