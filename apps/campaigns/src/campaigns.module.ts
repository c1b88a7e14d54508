import { Module } from '@nestjs/common';
import { together } from '@wbiz/eventing/postgres/projection';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { AudienceQueries } from './audience/audience.queries.js';
import { COPIES, PROJECTION } from './copy/copies.js';
import { MIGRATIONS } from './migrations/migrations.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({ consumes: [], projections: [together(PROJECTION, COPIES)] }),
  ],
  controllers: [AudienceQueries],
})
export class CampaignsModule {}
