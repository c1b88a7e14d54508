import { isDeepStrictEqual } from 'node:util';
import type { TemplateStatus, TemplateView } from '@wbiz/contracts/template';
import { withExamplesOf } from '@wbiz/contracts/template/examples';
import { faultsOfTemplate } from '@wbiz/contracts/template/rules';
import type { UpdateTemplateData } from '@wbiz/contracts/template/writes';
import { Rejection } from '@wbiz/eventing/rejection';
import { nextEditAfter } from './edit-limits.js';
import { changed, requested, statusOf } from './template-events.js';
import type { Asking, TemplateEvent } from './template.messages.js';
import type { TemplateContent, TemplateState } from './template.state.js';

type Update = (
  data: UpdateTemplateData & Asking,
  view: TemplateView,
  state: TemplateState,
) => readonly TemplateEvent[];

/** Decides a client's update of a template, by the template's status. */
export const UPDATES: Readonly<Record<TemplateStatus, Update>> = {
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

/** Submits an edit with all components: Meta does not accept some components without the others. */
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
 * The content after the change, with stored examples where the change has none. Throws `invalid_request` if Meta would
 * refuse the content.
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
  // Leaves out faults of parts that the update does not change.
  const settled = ['name', 'language', ...(components ? [] : ['components'])];
  const faults = faultsOfTemplate({ ...view, ...after }).filter(
    ({ pointer }) => !settled.includes(pointer.split('/')[1]!),
  );
  if (faults.length > 0) throw new Rejection('invalid_request', faults[0]!.detail, faults);
  return after;
}

export const conflict = (message: string, details?: object) => new Rejection('conflict', message, details);
