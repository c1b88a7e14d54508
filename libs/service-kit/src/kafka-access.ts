import type { KafkaAccess } from '@wbiz/eventing/kafka/kafka-client';
import { requireSettings, type Config } from './config.js';
import { kafkaOauthTokens } from './kafka-oauth-token.js';
import { KAFKA_SETTINGS } from './settings.js';

type KafkaConfig = Config<typeof KAFKA_SETTINGS>;

/** How to reach Kafka, and as which principal. Throws `InvalidConfig` if a setting requires another that is missing. */
export function kafkaAccess(config: KafkaConfig): KafkaAccess {
  return { brokers: config.KAFKA_BROKERS, ssl: sslOf(config), sasl: saslOf(config) };
}

function sslOf(config: KafkaConfig): KafkaAccess['ssl'] {
  const { KAFKA_SSL: on, KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = config;
  if (cert || key) requireSettings(KAFKA_SETTINGS, config, ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY']);
  if (!on && !ca && !cert) return undefined;
  return { ...(ca && { ca: String(ca) }), ...(cert && key && { cert: String(cert), key: String(key) }) };
}

function saslOf(config: KafkaConfig): KafkaAccess['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism } = config;
  if (!mechanism) return undefined;
  if (mechanism !== 'oauthbearer') {
    requireSettings(KAFKA_SETTINGS, config, ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']);
    return { mechanism, username: config.KAFKA_SASL_USERNAME!, password: config.KAFKA_SASL_PASSWORD! };
  }
  requireSettings(KAFKA_SETTINGS, config, [
    'KAFKA_OAUTH_TOKEN_URL',
    'KAFKA_OAUTH_CLIENT_ID',
    'KAFKA_OAUTH_CLIENT_SECRET',
  ]);
  const tokens = kafkaOauthTokens({
    url: config.KAFKA_OAUTH_TOKEN_URL!,
    clientId: config.KAFKA_OAUTH_CLIENT_ID!,
    clientSecret: config.KAFKA_OAUTH_CLIENT_SECRET!,
    scope: config.KAFKA_OAUTH_SCOPE,
  });
  return { mechanism, oauthBearerProvider: async () => ({ value: await tokens() }) };
}
