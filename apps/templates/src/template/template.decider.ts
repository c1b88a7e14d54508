import { cut } from '@wbiz/contracts/meta/item';
import type { TemplateView } from '@wbiz/contracts/template';
import type { Decider } from '@wbiz/eventing/decider';
import type { RejectionData } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { withEdit } from './edit-limits.js';
import { change, changed, removed, requested, sinceOf, statusOf } from './template-events.js';
import { conflict, UPDATES } from './template-update.js';
import type { Since, TemplateCommand, TemplateEvent } from './template.messages.js';
import type { Judged, Request, TemplateState } from './template.state.js';

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
        return [
          settled,
          ...afterRefusal(view, { kind: submission.request.kind, error: outcome.error, at, asOf: known }),
        ];
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
      // Fields that a webhook reported after the list was read stay.
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

/** The view of a template that may be changed. Throws `not_found`, and `conflict` while a request to Meta is open. */
function present({ view, removed: gone, submission }: TemplateState, templateId: string): TemplateView {
  if (!view || gone) throw new Rejection('not_found', `There is no template ${templateId}.`);
  if (submission)
    throw conflict('Meta has not answered yet to what was last asked for this template. Try again.', {
      retryAfter: 1,
    });
  return view;
}

type Refused = {
  readonly kind: Request['kind'];
  readonly error: RejectionData;
  readonly at: string;
  readonly asOf: number;
};

/** After Meta's refusal: a new template is removed, a submitted draft is a draft again, any other stays as it is. */
function afterRefusal(view: TemplateView, { kind, error, at, asOf }: Refused): TemplateEvent[] {
  if (view.metaId !== null) return [];
  const reason = cut(error.message, { max: 1_000 });
  if (kind === 'submit') return change(view, { status: 'draft' }, { asOf, at, reason });
  const told =
    error.code === 'rejected_by_meta' ? [statusOf({ ...view, status: 'rejected' }, reason, at)] : [];
  return [...told, removed(view, at, asOf)];
}

const judgedOf = ({ status, rejectionReason, category, qualityScore }: TemplateView): Judged => ({
  status,
  rejectionReason,
  category,
  qualityScore,
});

const heardIn = ({ submission }: TemplateState, since?: Since) =>
  submission && since?.heard ? { submission: { ...submission, heard: true } } : {};
