import type { MetaTemplate } from '@wbiz/cloud-api/meta-objects';
import { isWellFormed } from '@wbiz/contracts/schema/json-values';
import { LIMITS } from '@wbiz/contracts/limits';
import type { MetaChange } from '@wbiz/contracts/meta/inbound';
import { cut, entryOf, idOf, object, text } from '@wbiz/contracts/meta/item';
import type { TemplateComponent, TemplateStatus } from '@wbiz/contracts/template';
import type { TemplateCommand } from './template.messages.js';
import type { ListedTemplate } from './template.state.js';

/** Statuses of a template in lists (developers.facebook.com, message template reference). */
export const META_STATUSES = [
  'APPROVED',
  'PENDING',
  'IN_APPEAL',
  'PENDING_DELETION',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'LIMIT_EXCEEDED',
  'ARCHIVED',
  'DELETED',
] as const;
type MetaStatus = (typeof META_STATUSES)[number];

/** Events of message_template_status_update webhooks (developers.facebook.com, webhook reference). */
export const META_EVENTS = [...META_STATUSES, 'REINSTATED', 'UNARCHIVED', 'FLAGGED', 'LOCKED'] as const;
type MetaEvent = (typeof META_EVENTS)[number];

/** `gone`: the template counts as removed. */
const STATUS_OF: Record<MetaStatus, TemplateStatus | 'gone'> = {
  APPROVED: 'approved',
  PENDING: 'pending',
  IN_APPEAL: 'pending',
  // Meta keeps such a template only for messages under way.
  PENDING_DELETION: 'gone',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  DISABLED: 'disabled',
  LIMIT_EXCEEDED: 'disabled',
  ARCHIVED: 'disabled',
  DELETED: 'gone',
};

/** `unsaid`: the event does not say which status the template has now; Meta's list does. */
const STATUS_AFTER: Record<MetaEvent, TemplateStatus | 'gone' | 'unsaid'> = {
  ...STATUS_OF,
  REINSTATED: 'approved',
  UNARCHIVED: 'unsaid',
  FLAGGED: 'unsaid',
  LOCKED: 'unsaid',
};

/** Whether we know the status. A template of unknown status counts as pending, so that nothing is sent with it. */
export const isKnownStatus = (status: string) => entryOf(STATUS_OF, status) !== undefined;

/** Whether id, name and language fit our limits: no send could name a template that exceeds them. */
export const isNameable = ({ id, name, language }: MetaTemplate) =>
  [text(id, LIMITS.metaId), text(name, LIMITS.templateName), text(language, LIMITS.templateLanguage)].every(
    isWellFormed,
  );

/** Converts Meta's status to ours; an unknown status, or that of a deleted template, to `pending`. */
export function statusOf(status: string): TemplateStatus {
  const known = entryOf(STATUS_OF, status) ?? 'gone';
  return known === 'gone' ? 'pending' : known;
}

/** Converts a template from Meta's list; undefined if Meta has deleted the template or is about to. */
export function listedTemplate(meta: MetaTemplate): ListedTemplate | undefined {
  if (entryOf(STATUS_OF, meta.status) === 'gone') return undefined;
  const status = statusOf(meta.status);
  return {
    metaId: meta.id,
    name: meta.name,
    language: meta.language,
    category: meta.category,
    status,
    rejectionReason: status === 'rejected' ? reasonIn(meta.rejected_reason) : null,
    qualityScore: scoreIn(meta.quality_score?.score),
    components: (meta.components as TemplateComponent[] | undefined) ?? [],
    parameterFormat: meta.parameter_format === 'NAMED' ? 'NAMED' : 'POSITIONAL',
  };
}

type Note = Extract<TemplateCommand, { type: 'template.note-status' }>['data'];

/**
 * What a webhook reports on one template. `judged`: the new values of changed fields. `gone`: the template counts as
 * removed. `ask`: a change that only a pull can read. `nothing`: a later change is announced.
 */
export type TemplateNews = { readonly metaId: string } & (
  | { readonly news: 'judged'; readonly judged: Note['judged']; readonly reason: string | null }
  | { readonly news: 'gone' | 'ask' | 'nothing' }
);

const FIELDS = {
  message_template_status_update: 'status',
  message_template_quality_update: 'quality',
  template_category_update: 'category',
  message_template_components_update: 'components',
} as const;

export function templateNews({
  field,
  value,
}: Pick<MetaChange, 'field' | 'value'>): TemplateNews | undefined {
  const about = entryOf(FIELDS, field);
  const metaId = idOf(value['message_template_id']);
  if (about === undefined || metaId === undefined) return undefined;
  // A quality update may have the field name of a status update, as in Meta's own sample.
  const said = about === 'status' && value['event'] === undefined ? 'quality' : about;
  return { metaId, ...NEWS[said](value) };
}

type Said = TemplateNews extends infer News
  ? News extends TemplateNews
    ? Omit<News, 'metaId'>
    : never
  : never;

const NEWS: Record<(typeof FIELDS)[keyof typeof FIELDS], (value: MetaChange['value']) => Said> = {
  status: (value) => {
    const status = entryOf(STATUS_AFTER, value['event']) ?? 'unsaid';
    if (status === 'unsaid') return { news: 'ask' };
    if (status === 'gone') return { news: 'gone' };
    const reason = reasonIn(value['reason']);
    const pause = object(value['other_info'])['title'];
    return {
      news: 'judged',
      judged: { status, rejectionReason: status === 'rejected' ? reason : null },
      reason: reason ?? reasonIn(pause),
    };
  },
  quality: (value) => {
    const score = text(value['new_quality_score']);
    if (score === undefined) return { news: 'ask' };
    return { news: 'judged', judged: { qualityScore: scoreIn(score) }, reason: null };
  },
  // Meta announces a new category a day ahead; the category changes with a second webhook (`previous_category`).
  category: (value) => {
    const category = text(value['new_category']);
    if (value['previous_category'] === undefined) return { news: 'nothing' };
    return category === undefined ? { news: 'ask' } : { news: 'judged', judged: { category }, reason: null };
  },
  components: () => ({ news: 'ask' }),
};

const LONGEST_REASON = { max: 1_000 };

const reasonIn = (reason: unknown): string | null =>
  reason === 'NONE' ? null : cut(text(reason) ?? '', LONGEST_REASON) || null;

const scoreIn = (score: string | undefined): string | null => (score === 'UNKNOWN' ? null : (score ?? null));
