/** Services; each owns a Postgres schema and an event source of its name. */
export const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'] as const;
export type Service = (typeof SERVICES)[number];

/** The names of all Kafka topics; `prefix` (TOPIC_PREFIX) lets several installations share one cluster. */
export function topics(prefix = '') {
  return {
    commands: (service: Service) => `${prefix}wbiz.commands.${service}`,
    events: `${prefix}wbiz.events`,
    /** Messages and statuses from Meta's webhooks. */
    inbound: `${prefix}wbiz.inbound`,
    /** Other changes of an account from Meta's webhooks; separate, so that their readers skip statuses. */
    inboundChanges: `${prefix}wbiz.inbound.changes`,
    /** Raw bodies of Meta's webhooks, for 30 days. */
    inboundRaw: `${prefix}wbiz.inbound.raw`,
    deadLetters: `${prefix}wbiz.dead-letters`,
  };
}
