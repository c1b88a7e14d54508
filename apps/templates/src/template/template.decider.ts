import { isDeepStrictEqual } from 'node:util';
import type {
  TemplateComponent,
  TemplateRemovedData,
  TemplateStatusData,
  TemplateView,
} from '@wbiz/contracts/template';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';

/** A template as Meta lists it, in our words. */
export type ListedTemplate = Omit<TemplateView, 'id' | 'createdAt' | 'updatedAt'>;

/** What Meta's reviews move; a webhook brings some of it, a list all. */
type Judged = Pick<TemplateView, 'status' | 'rejectionReason' | 'category' | 'qualityScore'>;

/** `asOf` (ms since the epoch): the moment at Meta that the command speaks of. `at`: now, ISO 8601. */
type Known = { readonly templateId: string; readonly asOf: number; readonly at: string };

export type TemplateCommand =
  | Message<'template.import', Known & { readonly template: ListedTemplate }>
  | Message<
      'template.note-status',
      Known & { readonly judged: Partial<Judged>; readonly reason: string | null }
    >
  | Message<'template.remove', Known>;

type Since = { readonly asOf: number };

export type TemplateEvent =
  | DomainEvent<'template.changed', TemplateView, Since>
  | DomainEvent<'template.status', TemplateStatusData>
  | DomainEvent<'template.confirmed', Since>
  | DomainEvent<'template.removed', TemplateRemovedData, Since>;

/** `asOf`: the newest moment at Meta that anything here stems from. A removed template keeps its last view. */
export type TemplateState = Since & { readonly view: TemplateView | null; readonly removed: boolean };

export const template: Decider<TemplateCommand, TemplateState, TemplateEvent> = {
  initial: { view: null, removed: false, asOf: 0 },
  decide: {
    'template.import': (
      { data: { templateId, asOf, at, template: listed } },
      { view, removed, asOf: known },
    ) => {
      if (!view || removed)
        return asOf < known
          ? []
          : [changed({ createdAt: at, ...view, ...listed, id: templateId, updatedAt: at }, asOf)];
      // The list was read before a webhook said otherwise.
      const judged = asOf < known ? judgedOf(view) : {};
      return change(
        view,
        { ...listed, ...judged },
        { asOf: Math.max(asOf, known), at, reason: listed.rejectionReason },
      );
    },
    'template.note-status': ({ data: { asOf, at, judged, reason } }, { view, removed, asOf: known }) => {
      if (!view || removed || asOf < known) return [];
      const events = change(view, judged, { asOf, at, reason });
      return events.length > 0 || asOf === known ? events : [{ type: 'template.confirmed', data: { asOf } }];
    },
    'template.remove': ({ data: { templateId, asOf, at } }, { view, removed, asOf: known }) => {
      if (!view || removed || asOf < known) return [];
      const { metaId, name, language } = view;
      return [
        { type: 'template.removed', data: { templateId, metaId, name, language, at }, private: { asOf } },
      ];
    },
  },
  evolve: {
    'template.changed': (state, { data, private: since }) => ({
      view: data,
      removed: false,
      asOf: since?.asOf ?? state.asOf,
    }),
    'template.status': (state) => state,
    'template.confirmed': (state, { data: { asOf } }) => ({ ...state, asOf }),
    'template.removed': (state, { private: since }) => ({
      ...state,
      removed: true,
      asOf: since?.asOf ?? state.asOf,
    }),
  },
};

const changed = (data: TemplateView, asOf: number): TemplateEvent => ({
  type: 'template.changed',
  data,
  private: { asOf },
});

function change(
  view: TemplateView,
  given: Partial<ListedTemplate>,
  { asOf, at, reason }: { asOf: number; at: string; reason: string | null },
): TemplateEvent[] {
  const now = { ...view, ...given };
  if (isDeepStrictEqual(comparable(now), comparable(view))) return [];
  const { id: templateId, metaId, name, language, status } = now;
  const events = [changed({ ...now, updatedAt: at }, asOf)];
  if (status !== view.status)
    events.push({
      type: 'template.status',
      data: { templateId, metaId, name, language, status, reason, at },
    });
  return events;
}

/** The link to a media header's example is signed anew each time Meta is asked. */
const comparable = ({ components, ...view }: TemplateView) => ({
  ...view,
  components: withoutLinks(components),
});

const withoutLinks = (components: readonly TemplateComponent[]): unknown =>
  JSON.parse(
    JSON.stringify(components, (key, value: unknown) => (key === 'header_handle' ? undefined : value)),
  );

const judgedOf = ({ status, rejectionReason, category, qualityScore }: TemplateView): Judged => ({
  status,
  rejectionReason,
  category,
  qualityScore,
});

/** The row in templates.templates is the template; `state->'view'` is what a customer sees of it. */
export const templates: Aggregate<TemplateCommand, TemplateState, TemplateEvent> = {
  name: 'template',
  table: 'templates',
  decider: template,
  stream: ({ data }) => data.templateId,
  published: ['template.changed', 'template.status', 'template.removed'],
  reply: {},
};
