import { isDeepStrictEqual } from 'node:util';
import { cut } from '@wbiz/contracts/meta/item';
import type {
  TemplateComponent,
  TemplateRemovedData,
  TemplateStatus,
  TemplateStatusData,
  TemplateView,
} from '@wbiz/contracts/template';
import { withExamplesOf } from '@wbiz/contracts/template/examples';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import type {
  CreateTemplateData,
  DeleteTemplateData,
  UpdateTemplateData,
} from '@wbiz/contracts/template/writes';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message, RejectionData } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { keepSamples } from './keep-samples.js';
import { nextEditAfter, withEdit } from './edit-limits.js';

/** A template of Meta's list in our form. */
export type ListedTemplate = Omit<TemplateView, 'id' | 'createdAt' | 'updatedAt'>;

/** The fields that Meta's reviews change. A webhook has some of them, Meta's list has all. */
type Judged = Pick<TemplateView, 'status' | 'rejectionReason' | 'category' | 'qualityScore'>;

/** A template's content: all but its name and language. */
export type TemplateContent = Pick<TemplateView, 'category' | 'components' | 'parameterFormat'> & {
  readonly messageSendTtlSeconds?: number;
};

/** A request to Meta. If refused, `create` removes the template, `submit` leaves the draft, `edit` changes nothing. */
export type Request =
  | { readonly kind: 'create' | 'submit'; readonly content: TemplateContent }
  | { readonly kind: 'edit'; readonly content: Partial<TemplateContent>; readonly ofApproved: boolean }
  | { readonly kind: 'delete' };

/** `id`: the command's id. `replyTo`: the address at which the command's sender waits for the outcome. */
type Asking = {
  readonly asking: {
    readonly id: string;
    readonly replyTo: string | null;
    readonly traceparent: string | null;
  };
};

/** The outcome of a request to Meta. `taken`: Meta accepted it; `listed` is what Meta told of the template. */
export type Outcome =
  | { readonly kind: 'taken'; readonly listed: Partial<ListedTemplate> }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'refused'; readonly error: RejectionData };

/** `asOf`: the time at Meta of the command's news, in ms since the epoch. `at`: now, ISO 8601. */
type Known = { readonly templateId: string; readonly asOf: number; readonly at: string };

export type TemplateCommand =
  | (Message<'template.create', CreateTemplateData & Asking> & {
      /** The id of the account's other template with this name and language; null if there is none. */
      readonly facts: { readonly takenBy: string | null };
    })
  | Message<'template.update', UpdateTemplateData & Asking>
  | Message<'template.delete', DeleteTemplateData & Asking>
  | Message<
      'template.settle',
      Known & { readonly submissionId: string; readonly outcome: Outcome; readonly answeredAt: number }
    >
  | Message<'template.import', Known & { readonly template: ListedTemplate }>
  | Message<
      'template.note-status',
      Known & { readonly judged: Partial<Judged>; readonly reason: string | null }
    >
  | Message<'template.remove', Known>;

/** `heard`: Meta reported the template's status while a request to Meta was open. */
type Since = { readonly asOf: number; readonly heard?: boolean };

export type TemplateEvent =
  | DomainEvent<'template.changed', TemplateView, Since & { readonly messageSendTtlSeconds?: number }>
  | DomainEvent<'template.status', TemplateStatusData>
  | DomainEvent<'template.confirmed', Since>
  | DomainEvent<'template.removed', TemplateRemovedData, Since>
  | DomainEvent<'submission.requested', Asking['asking'] & { readonly request: Request }>
  | DomainEvent<
      'submission.settled',
      {
        readonly id: string;
        readonly at: string;
        readonly answeredAt: number;
        readonly refused: RejectionData | null;
      }
    >;

/** `heard`: Meta reported the template's status before it answered the request. */
type Submission = Pick<Asking['asking'], 'id'> & { readonly request: Request; readonly heard: boolean };

/**
 * `asOf`: the latest time at Meta of any news in the state, in ms since the epoch. `view`: a removed template keeps its
 * last one. `edits`: times of edits while approved. `answeredAt`: when Meta last answered a request, in ms since the
 * epoch; lists read before then are outdated.
 */
export type TemplateState = {
  readonly asOf: number;
  readonly view: TemplateView | null;
  readonly removed: boolean;
  readonly submission?: Submission;
  readonly messageSendTtlSeconds?: number;
  readonly edits?: readonly string[];
  readonly answeredAt?: number;
};

export const template: Decider<TemplateCommand, TemplateState, TemplateEvent> = {
  initial: { view: null, removed: false, asOf: 0 },

  decide: {
    'template.create': ({ data, facts: { takenBy } }) => {
      const { templateId, at, asking, submit = true, name, language, parameterFormat, ...given } = data;
      if (takenBy)
        throw conflict(`There is a template ${name} in ${language} already: ${takenBy}.`, {
          templateId: takenBy,
        });
      const content = { ...given, parameterFormat: parameterFormat ?? ('POSITIONAL' as const) };
      const { messageSendTtlSeconds, ...shown } = content;
      const view = {
        id: templateId,
        metaId: null,
        name,
        language,
        ...shown,
        status: submit ? ('pending' as const) : ('draft' as const),
        rejectionReason: null,
        qualityScore: null,
        createdAt: at,
        updatedAt: at,
      };
      return [
        changed(view, { asOf: 0, messageSendTtlSeconds }),
        ...(submit ? [requested(asking, { kind: 'create', content })] : []),
      ];
    },
    'template.update': ({ data }, state) => {
      const view = present(state, data.templateId);
      const { components, category, messageSendTtlSeconds, submit } = data;
      if ([components, category, messageSendTtlSeconds, submit].every((given) => given === undefined))
        return [];
      return UPDATES[view.status](data, view, state);
    },
    'template.delete': ({ data: { templateId, at, asking } }, state) => {
      const view = present(state, templateId);
      return view.metaId === null ? [removed(view, at, state.asOf)] : [requested(asking, { kind: 'delete' })];
    },

    'template.settle': ({ data: { submissionId, at, asOf, answeredAt, outcome } }, state) => {
      const { view, submission, asOf: known } = state;
      if (!view || submission?.id !== submissionId) return [];
      const refused = outcome.kind === 'refused' ? outcome.error : null;
      const settled: TemplateEvent = {
        type: 'submission.settled',
        data: { id: submissionId, at, answeredAt, refused },
      };
      if (state.removed) return [settled];
      if (outcome.kind === 'deleted') return [settled, removed(view, at, answeredAt)];
      if (outcome.kind === 'refused')
        return [settled, ...afterRefusal(submission.request.kind, view, outcome.error, at, known)];
      const { listed } = outcome;
      const judged = submission.heard ? judgedOf(view) : {};
      const reason = listed.rejectionReason ?? null;
      return [
        settled,
        ...change(view, { ...listed, ...judged }, { asOf: Math.max(asOf, known), at, reason }),
      ];
    },

    'template.import': (
      { data: { templateId, asOf, at, template: listed } },
      { view, removed, asOf: known, answeredAt = 0, submission },
    ) => {
      if (!view || removed)
        return asOf < known
          ? []
          : [changed({ createdAt: at, ...view, ...listed, id: templateId, updatedAt: at }, { asOf })];
      if (asOf < answeredAt) return [];
      // If a webhook came after the list was read, its fields stay.
      const now = { ...listed, ...(asOf < known && judgedOf(view)) };
      const heard = submission !== undefined && now.status !== view.status;
      return change(view, now, { asOf: Math.max(asOf, known), heard, at, reason: listed.rejectionReason });
    },
    'template.note-status': ({ data: { asOf, at, judged, reason } }, state) => {
      const { view, removed, asOf: known, submission } = state;
      if (!view || removed || asOf < known) return [];
      const heard = judged.status !== undefined && submission !== undefined;
      const events = change(view, judged, { asOf, heard, at, reason });
      return events.length > 0 || (asOf === known && !heard)
        ? events
        : [{ type: 'template.confirmed', data: sinceOf({ asOf, heard }) }];
    },
    'template.remove': ({ data: { asOf, at } }, { view, removed: gone, asOf: known, answeredAt = 0 }) =>
      !view || gone || asOf < Math.max(known, answeredAt) ? [] : [removed(view, at, asOf)],
  },

  evolve: {
    'template.changed': (state, { data, private: since }) => ({
      ...state,
      ...heardIn(state, since),
      view: data,
      removed: false,
      asOf: since?.asOf ?? state.asOf,
      ...(since?.messageSendTtlSeconds !== undefined && {
        messageSendTtlSeconds: since.messageSendTtlSeconds,
      }),
    }),
    'template.status': (state) => state,
    'template.confirmed': (state, { data }) => ({ ...state, ...heardIn(state, data), asOf: data.asOf }),
    'template.removed': (state, { private: since }) => ({
      ...state,
      removed: true,
      asOf: since?.asOf ?? state.asOf,
    }),
    'submission.requested': (state, { data: { id, request } }) => ({
      ...state,
      submission: { id, request, heard: false },
    }),
    'submission.settled': ({ submission, ...state }, { data: { at, answeredAt, refused } }) => {
      if (refused || !submission) return state;
      const { request } = submission;
      return {
        ...state,
        answeredAt,
        ...(request.kind === 'edit' && {
          messageSendTtlSeconds: request.content.messageSendTtlSeconds ?? state.messageSendTtlSeconds,
          ...(request.ofApproved && { edits: withEdit(state.edits ?? [], at) }),
        }),
      };
    },
  },
};

type Update = (
  data: UpdateTemplateData & Asking,
  view: TemplateView,
  state: TemplateState,
) => readonly TemplateEvent[];

const UPDATES: Readonly<Record<TemplateStatus, Update>> = {
  draft: (data, view, state) => {
    const { at, asking, submit = false } = data;
    const content = contentAfter(data, view, state);
    const { messageSendTtlSeconds, ...shown } = content;
    const isSame = isDeepStrictEqual(content, contentOf(view, state));
    const { asOf } = state;
    if (!submit)
      return isSame ? [] : [changed({ ...view, ...shown, updatedAt: at }, { asOf, messageSendTtlSeconds })];
    const now = { ...view, ...shown, status: 'pending' as const, rejectionReason: null, updatedAt: at };
    return [
      changed(now, { asOf, messageSendTtlSeconds }),
      statusOf(now, null, at),
      requested(asking, { kind: 'submit', content }),
    ];
  },
  pending: () => {
    throw conflict('The template is in review at Meta; it can be changed once that is over.');
  },
  approved: (data, view, state) => {
    const { category, at } = data;
    if (category !== undefined && category !== view.category)
      throw conflict('The category of an approved template cannot be changed.');
    const isSame = isDeepStrictEqual(contentAfter(data, view, state), contentOf(view, state));
    if (isSame && !data.submit) return [];
    const nextEditAt = nextEditAfter(state.edits ?? [], at);
    if (nextEditAt)
      throw conflict(
        `Meta lets an approved template be edited once in 24 hours and 10 times in 30 days; the next time is at ${nextEditAt}.`,
        { nextEditAt },
      );
    return resubmitted(data, view, state);
  },
  rejected: resubmitted,
  paused: resubmitted,
  disabled: () => {
    throw conflict('Meta has disabled the template; it cannot be changed any more.');
  },
};

/** Submits an edit, with all components: Meta accepts no part of them. */
function resubmitted(
  data: UpdateTemplateData & Asking,
  view: TemplateView,
  state: TemplateState,
): TemplateEvent[] {
  if (data.submit === false)
    throw new Rejection('invalid_request', 'Only a draft can be changed without being submitted.', [
      { pointer: '/submit', code: 'not_allowed', detail: 'submit must not be false: this is no draft.' },
    ]);
  const { category, components, parameterFormat, messageSendTtlSeconds } = contentAfter(data, view, state);
  const content = {
    components,
    ...(parameterFormat === 'NAMED' && { parameterFormat }),
    ...(category !== view.category && { category }),
    ...(messageSendTtlSeconds !== undefined && { messageSendTtlSeconds }),
  };
  return [requested(data.asking, { kind: 'edit', content, ofApproved: view.status === 'approved' })];
}

const contentOf = (
  { category, components, parameterFormat }: TemplateView,
  { messageSendTtlSeconds }: TemplateState,
): TemplateContent => ({
  category,
  components,
  parameterFormat,
  ...(messageSendTtlSeconds !== undefined && { messageSendTtlSeconds }),
});

/**
 * The content after the change, with stored examples where the change has none. Throws `invalid_request` as Meta
 * would.
 */
function contentAfter(
  { components, category, messageSendTtlSeconds }: UpdateTemplateData,
  view: TemplateView,
  state: TemplateState,
): TemplateContent {
  const before = contentOf(view, state);
  const after = {
    ...before,
    ...(category !== undefined && { category }),
    ...(components && { components: withExamplesOf(view.components, components) }),
    ...(messageSendTtlSeconds !== undefined && { messageSendTtlSeconds }),
  };
  // Leaves out faults of parts that Meta has accepted before.
  const settled = ['name', 'language', ...(components ? [] : ['components'])];
  const faults = faultsOfTemplate({ ...view, ...after }).filter(
    ({ pointer }) => !settled.includes(pointer.split('/')[1]!),
  );
  if (faults.length > 0) throw new Rejection('invalid_request', faults[0]!.detail, faults);
  return after;
}

/** The view of a template that may be changed. Throws `not_found`, and `conflict` while a request to Meta is open. */
function present({ view, removed: gone, submission }: TemplateState, templateId: string): TemplateView {
  if (!view || gone) throw new Rejection('not_found', `There is no template ${templateId}.`);
  if (submission)
    throw conflict('Meta has not answered yet to what was last asked for this template. Try again.', {
      retryAfter: 1,
    });
  return view;
}

const conflict = (message: string, details?: object) => new Rejection('conflict', message, details);

const requested = (asking: Asking['asking'], request: Request): TemplateEvent => ({
  type: 'submission.requested',
  data: { ...asking, request },
});

type Unseen = Since & { readonly messageSendTtlSeconds?: number | undefined };
const changed = (data: TemplateView, { messageSendTtlSeconds, ...since }: Unseen): TemplateEvent => ({
  type: 'template.changed',
  data,
  private: { ...sinceOf(since), ...(messageSendTtlSeconds !== undefined && { messageSendTtlSeconds }) },
});

const sinceOf = ({ asOf, heard = false }: Since): Since => ({ asOf, ...(heard && { heard }) });

const statusOf = (
  { id: templateId, metaId, name, language, status }: TemplateView,
  reason: string | null,
  at: string,
): TemplateEvent => ({
  type: 'template.status',
  data: { templateId, metaId, name, language, status, reason, at },
});

const removed = (
  { id: templateId, metaId, name, language }: TemplateView,
  at: string,
  asOf: number,
): TemplateEvent => ({
  type: 'template.removed',
  data: { templateId, metaId, name, language, at },
  private: { asOf },
});

/** Meta refused: removes a new template, turns a submitted one back into a draft; one that Meta has stays as it is. */
function afterRefusal(
  kind: Request['kind'],
  view: TemplateView,
  { code, message }: RejectionData,
  at: string,
  asOf: number,
): TemplateEvent[] {
  if (view.metaId !== null) return [];
  const reason = cut(message, { max: 1_000 });
  if (kind === 'submit') return change(view, { status: 'draft' }, { asOf, at, reason });
  const told = code === 'rejected_by_meta' ? [statusOf({ ...view, status: 'rejected' }, reason, at)] : [];
  return [...told, removed(view, at, asOf)];
}

function change(
  view: TemplateView,
  given: Partial<ListedTemplate>,
  { at, reason, ...since }: Since & { at: string; reason: string | null },
): TemplateEvent[] {
  const now = { ...view, ...given };
  if (isDeepStrictEqual(comparable(now), comparable(view))) return [];
  const components = keepSamples(now.components, view.components);
  return [
    changed({ ...now, components, updatedAt: at }, since),
    ...(now.status === view.status ? [] : [statusOf(now, reason, at)]),
  ];
}

/** A view for comparison, without example links: Meta signs them anew on every request. */
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

const heardIn = ({ submission }: TemplateState, since?: Since) =>
  submission && since?.heard ? { submission: { ...submission, heard: true } } : {};
