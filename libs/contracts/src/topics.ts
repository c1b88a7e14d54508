/** The services that own a Postgres schema of the same name and an event source of the same name. */
export const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'] as const;
export type Service = (typeof SERVICES)[number];

/** The names of all Kafka topics; `prefix` (TOPIC_PREFIX) lets several installations share one cluster. */
export function topics(prefix = '') {
  return {
    commands: (service: Service) => `${prefix}wbiz.commands.${service}`,
    events: `${prefix}wbiz.events`,
    inbound: `${prefix}wbiz.inbound`,
    deadLetters: `${prefix}wbiz.dead-letters`,
  };
}
