import { Module } from '@nestjs/common';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { Campaigns1763805600000 } from './migrations/0001-campaigns.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: [Campaigns1763805600000] }),
    EventingModule.forService({ consumes: [] }),
  ],
})
export class CampaignsModule {}
