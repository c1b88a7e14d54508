import type { State, Template, TemplateStatus } from './state.js';
import { unixSeconds } from './state.js';
import type { WebhookSender } from './webhook-sender.js';

const REVIEW_MS = 750;

export type Decision = Exclude<TemplateStatus, 'PENDING'>;
export const DECISIONS: readonly Decision[] = ['APPROVED', 'REJECTED', 'PAUSED', 'DISABLED'];

export type TemplateReview = ReturnType<typeof openTemplateReview>;

const EXTRAS: Readonly<Partial<Record<string, (template: Template) => object>>> = {
  REJECTED: ({ rejectedReason }) => ({
    rejection_info: { reason: rejectedReason, recommendation: 'Change the template and submit it again.' },
  }),
  PAUSED: () => ({
    other_info: { title: 'FIRST_PAUSE', description: 'The template is paused because of its quality.' },
  }),
  DISABLED: () => ({ disable_info: { disable_date: unixSeconds() } }),
};

/** Decides on new templates after a short while (rejected when the name ends in `_reject`), and says so by webhook. */
export function openTemplateReview(state: State, webhooks: WebhookSender) {
  const pending = new Map<string, NodeJS.Timeout>();

  const tell = (template: Template, event: string) =>
    webhooks.send({
      part: 'field',
      wabaId: template.wabaId,
      field: 'message_template_status_update',
      value: {
        event,
        message_template_id: Number(template.id),
        message_template_name: template.name,
        message_template_language: template.language,
        message_template_category: template.category,
        reason: template.rejectedReason,
        ...EXTRAS[event]?.(template),
      },
    });

  const decide = (template: Template, decision: Decision, reason?: string) => {
    forget(template);
    template.status = decision;
    template.rejectedReason = decision === 'REJECTED' ? (reason ?? 'INVALID_FORMAT') : 'NONE';
    template.updatedAt = unixSeconds();
    state.changed();
    tell(template, decision);
  };

  const forget = ({ id }: Template) => {
    clearTimeout(pending.get(id));
    pending.delete(id);
  };

  const submit = (template: Template) => {
    forget(template);
    const decision = template.name.endsWith('_reject') ? 'REJECTED' : 'APPROVED';
    pending.set(
      template.id,
      setTimeout(() => decide(template, decision), REVIEW_MS),
    );
  };

  for (const node of state.nodes.values())
    if (node.kind === 'template' && node.status === 'PENDING') submit(node);

  return {
    submit,
    decide,
    tellDeleted(template: Template) {
      forget(template);
      tell(template, 'DELETED');
    },
    close: () => pending.forEach((timer) => clearTimeout(timer)),
  };
}
