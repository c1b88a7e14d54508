import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Cadence } from '@wbiz/eventing/cadence';
import { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { KAFKA } from '@wbiz/service-kit/kafka';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { FastifyInstance } from 'fastify';
import { isSimulatorSecretForMeta } from '../account/simulator-secrets.js';
import type { DeriveParts } from './derive-inbound.js';
import { inboundTopics } from './inbound-records.js';
import { DERIVE_PARTS, MetaWebhookController } from './meta-webhook.controller.js';
import { metaWebhook } from './meta-webhook.routes.js';

type MetaApp = { readonly META_APP_SECRET: string; readonly META_VERIFY_TOKEN: string };

/** Time between produce requests for Meta's webhooks (ms); one for a command in between carries waiting records too. */
const REQUEST_GAP_MS = 25;

/** Receives Meta's webhooks and produces them to Kafka. */
@Module({
  controllers: [MetaWebhookController],
  providers: [
    {
      provide: DERIVE_PARTS,
      useFactory: ({ config, logger, stopping }: Runtime, kafka: KafkaClient): DeriveParts => ({
        kafka,
        topicOf: inboundTopics(config.TOPIC_PREFIX),
        stopping,
        logger,
      }),
      inject: [RUNTIME, KAFKA],
    },
  ],
})
export class MetaWebhookModule implements OnModuleInit {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<MetaApp>,
    private readonly producer: BatchingProducer,
    private readonly http: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const { config, metrics, logger } = this.runtime;
    const { META_APP_SECRET, META_VERIFY_TOKEN, CLOUD_API_URL } = config;
    for (const [name, secret] of Object.entries({ META_APP_SECRET, META_VERIFY_TOKEN }))
      if (isSimulatorSecretForMeta(secret, CLOUD_API_URL))
        throw new Error(
          `${name} is the simulator's, which everybody knows, but CLOUD_API_URL is not the simulator.`,
        );
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    const cadence = new Cadence(REQUEST_GAP_MS);
    // Not awaited: that would start fastify before Nest has set its error handler.
    void fastify.register(
      metaWebhook({
        appSecret: META_APP_SECRET,
        verifyToken: META_VERIFY_TOKEN,
        topicOf: inboundTopics(config.TOPIC_PREFIX),
        produce: (records) => this.producer.sendAll(records, { cadence }),
        items: metrics.metaItems,
        logger,
      }),
    );
  }
}
