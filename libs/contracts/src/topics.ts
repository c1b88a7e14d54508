/** The services that own a Postgres schema of the same name and an event source of the same name. */
export const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'] as const;
export type Service = (typeof SERVICES)[number];

/** The names of all Kafka topics; `prefix` (TOPIC_PREFIX) lets several installations share one cluster. */
export function topics(prefix = '') {
  return {
    commands: (service: Service) => `${prefix}wbiz.commands.${service}`,
    events: `${prefix}wbiz.events`,
    /** Messages and statuses of Meta's webhooks. */
    inbound: `${prefix}wbiz.inbound`,
    /** What else Meta tells of an account; apart, so that its readers need not pass over every status. */
    inboundChanges: `${prefix}wbiz.inbound.changes`,
    /** The bodies of Meta's webhooks as they came, for 30 days. */
    inboundRaw: `${prefix}wbiz.inbound.raw`,
    deadLetters: `${prefix}wbiz.dead-letters`,
  };
}
