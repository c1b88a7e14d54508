import { isDeepStrictEqual } from 'node:util';
import type { TemplateComponent, TemplateView } from '@wbiz/contracts/template';
import { keepSamples } from './keep-samples.js';
import type { Asking, Since, TemplateEvent } from './template.messages.js';
import type { ListedTemplate, Request } from './template.state.js';

export const requested = (asking: Asking['asking'], request: Request): TemplateEvent => ({
  type: 'submission.requested',
  data: { ...asking, request },
});

type Unseen = Since & { readonly messageSendTtlSeconds?: number | undefined };
export const changed = (data: TemplateView, { messageSendTtlSeconds, ...since }: Unseen): TemplateEvent => ({
  type: 'template.changed',
  data,
  private: { ...sinceOf(since), ...(messageSendTtlSeconds !== undefined && { messageSendTtlSeconds }) },
});

export const sinceOf = ({ asOf, heard = false }: Since): Since => ({ asOf, ...(heard && { heard }) });

export const statusOf = (
  { id: templateId, metaId, name, language, status }: TemplateView,
  reason: string | null,
  at: string,
): TemplateEvent => ({
  type: 'template.status',
  data: { templateId, metaId, name, language, status, reason, at },
});

export const removed = (
  { id: templateId, metaId, name, language }: TemplateView,
  at: string,
  asOf: number,
): TemplateEvent => ({
  type: 'template.removed',
  data: { templateId, metaId, name, language, at },
  private: { asOf },
});

/** The events that apply fields reported by Meta to a template; none if nothing differs. */
export function change(
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

/** A view for comparison, without example links, which Meta signs anew on every request. */
const comparable = ({ components, ...view }: TemplateView) => ({
  ...view,
  components: withoutLinks(components),
});

const withoutLinks = (components: readonly TemplateComponent[]): unknown =>
  JSON.parse(
    JSON.stringify(components, (key, value: unknown) => (key === 'header_handle' ? undefined : value)),
  );
