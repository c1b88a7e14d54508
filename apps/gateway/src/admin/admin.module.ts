import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { AdminController } from './admin.controller.js';
import { ApiKeys } from './api-keys.js';
import { DeadLetters } from './dead-letters.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { ProjectionsController } from './projections.controller.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SealedSecretsController } from './sealed-secrets.controller.js';
import { ServiceProjections } from './service-projections.js';

/** The operators' API. */
@Module({
  imports: [AccountModule],
  controllers: [AdminController, ProjectionsController, DeadLettersController, SealedSecretsController],
  providers: [ApiKeys, ServiceProjections, DeadLetters, SealedSecrets],
})
export class AdminModule {}
