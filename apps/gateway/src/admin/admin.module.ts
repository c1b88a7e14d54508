import { Inject, Module } from '@nestjs/common';
import { topics } from '@wbiz/contracts/topics';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { KAFKA } from '@wbiz/service-kit/kafka';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { AccessModule } from '../access/access.module.js';
import { AccountModule } from '../account/account.module.js';
import { AdminController } from './admin.controller.js';
import { ApiKeys } from './api-keys.js';
import { DeadLetters } from './dead-letters.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { ProjectionsController } from './projections.controller.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SealedSecretsController } from './sealed-secrets.controller.js';
import { SessionController } from './session.controller.js';
import { ServiceProjections } from './service-projections.js';
import { WaitingDeadLetters } from './waiting-dead-letters.js';

const COUNT_EVERY_MS = 30_000;

/** The operators' API. */
@Module({
  imports: [AccessModule, AccountModule],
  controllers: [
    AdminController,
    SessionController,
    ProjectionsController,
    DeadLettersController,
    SealedSecretsController,
  ],
  providers: [ApiKeys, ServiceProjections, DeadLetters, SealedSecrets],
})
export class AdminModule {
  constructor(@Inject(RUNTIME) runtime: Runtime, @Inject(KAFKA) kafka: KafkaClient) {
    const { config, metrics, stopping } = runtime;
    const topic = topics(config.TOPIC_PREFIX).deadLetters;
    const waiting = new WaitingDeadLetters({ kafka, topic, stopping });
    const refresh = async () => {
      const counts = await waiting.count();
      metrics.deadLettersWaiting.reset();
      for (const [from, count] of counts) metrics.deadLettersWaiting.set({ topic: from }, count);
    };
    metrics.beforeScrape(refresh, { everyMs: COUNT_EVERY_MS });
  }
}
