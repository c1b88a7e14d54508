import { Module } from '@nestjs/common';
import { DatabaseModule } from '@wbiz/service-kit/database.module';
import { EventingModule } from '@wbiz/service-kit/eventing.module';
import { AccountModule } from './account/account.module.js';
import { AdminModule } from './admin/admin.module.js';
import { ApiModule } from './api.module.js';
import { MetaWebhookModule } from './meta-webhook/meta-webhook.module.js';
import { MIGRATIONS } from './migrations/migrations.js';

@Module({
  imports: [
    DatabaseModule.forService({ migrations: MIGRATIONS }),
    EventingModule.forService({ consumes: ['inboundChanges'] }),
    ApiModule,
    AccountModule,
    AdminModule,
    MetaWebhookModule,
  ],
})
export class GatewayModule {}
