import type { ProjectionsView, ProjectionView } from '@wbiz/contracts/projection';

/** What a projection of a service keeps, by its name. */
const KEEPS: Readonly<Record<string, string>> = {
  'messaging/copies': 'accounts, contact names and templates',
  'contacts/people': 'who wrote in, and who opted out',
  'templates/templates.accounts': 'accounts',
  'campaigns/campaigns': 'contacts, templates and delivery reports',
  'webhooks/feed': 'the feed of events',
};

export const serviceName = (service: string) => service.charAt(0).toUpperCase() + service.slice(1);

type Named = Pick<ProjectionView, 'service' | 'projection'>;

/** What a projection keeps; one without words of its own is told by its name. */
export const keepsWords = ({ service, projection }: Named) => KEEPS[`${service}/${projection}`] ?? projection;

/** A projection in plain words: `Webhooks: the feed of events`. */
export const projectionWords = (one: Named) => `${serviceName(one.service)}: ${keepsWords(one)}`;

type Away = { readonly service: string; readonly projection: null };

/** A row per projection, and per service that does not answer, by service. */
export const rowsOf = ({ projections, unreachable }: ProjectionsView): readonly (ProjectionView | Away)[] =>
  [...unreachable.map((service): Away => ({ service, projection: null })), ...projections].sort(
    (one, other) => one.service.localeCompare(other.service),
  );
