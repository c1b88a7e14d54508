import type { Component, Template, TemplateStatus } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import { buttonsOf, componentOf } from './template.parameters.js';
import { qualityOf } from './template.view.js';

const REVIEW_MS = 750;

export type Decision = Exclude<TemplateStatus, 'PENDING' | 'ARCHIVED'>;
export const DECISIONS: readonly Decision[] = ['APPROVED', 'REJECTED', 'PAUSED', 'DISABLED'];

export const QUALITIES = ['GREEN', 'YELLOW', 'RED', 'UNKNOWN'] as const;

export type TemplateReview = ReturnType<typeof openTemplateReview>;

const INVALID_FORMAT = 'INVALID_FORMAT';
const PAUSES = ['FIRST_PAUSE', 'SECOND_PAUSE'];

const EXTRAS: Readonly<Partial<Record<string, (template: Template) => object>>> = {
  // Meta gives an explanation only if the reason is INVALID_FORMAT.
  REJECTED: ({ rejectedReason }) =>
    rejectedReason === INVALID_FORMAT
      ? {
          rejection_info: {
            reason: rejectedReason,
            recommendation: 'Change the template and submit it again.',
          },
        }
      : {},
  PAUSED: ({ pauses = 1 }) => ({
    other_info: {
      title: PAUSES[pauses - 1] ?? PAUSES[1],
      description: 'The template is paused because of its quality.',
    },
  }),
  DISABLED: () => ({ disable_info: { disable_date: unixSeconds() } }),
};

const UNPAUSED = {
  other_info: { title: 'UNPAUSE', description: 'Your WhatsApp message template has been unpaused.' },
};

/** The fields by which webhooks name a template. */
const named = ({ id, name, language }: Template) => ({
  message_template_id: Number(id),
  message_template_name: name,
  message_template_language: language,
});

/**
 * Approves a submitted template after `REVIEW_MS`, or rejects it if its name ends in `_reject`. Sends the webhooks of all
 * changes of templates.
 */
export function openTemplateReview(state: State, webhooks: WebhookSender) {
  const pending = new Map<string, NodeJS.Timeout>();

  const tell = ({ wabaId }: Template, field: string, value: object) =>
    webhooks.send({ part: 'field', wabaId, field, value });

  const tellStatus = (
    template: Template,
    event: string,
    {
      reason = template.rejectedReason,
      extra,
    }: { reason?: string | undefined; extra?: object | undefined } = {},
  ) =>
    tell(template, 'message_template_status_update', {
      event,
      ...named(template),
      message_template_category: template.category,
      reason,
      ...(extra ?? EXTRAS[event]?.(template)),
    });

  const decide = (template: Template, decision: Decision, reason?: string) => {
    forget(template);
    const isUnpaused = template.status === 'PAUSED' && decision === 'APPROVED';
    template.status = decision;
    template.rejectedReason = decision === 'REJECTED' ? (reason ?? INVALID_FORMAT) : 'NONE';
    template.updatedAt = unixSeconds();
    if (decision === 'APPROVED') template.hasBeenApproved = true;
    if (decision === 'PAUSED') template.pauses = (template.pauses ?? 0) + 1;
    state.changed();
    tellStatus(template, decision, { reason, extra: isUnpaused ? UNPAUSED : undefined });
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
    score(template: Template, quality: string) {
      const previous = qualityOf(template);
      template.quality = quality;
      state.changed();
      tell(template, 'message_template_quality_update', {
        previous_quality_score: previous,
        new_quality_score: quality,
        ...named(template),
      });
    },
    /** Changes a template's category as Meta's decision, and sends the webhook of the change. */
    categorise(template: Template, category: string) {
      const previous = template.category;
      Object.assign(template, { category, previousCategory: previous, updatedAt: unixSeconds() });
      state.changed();
      tell(template, 'template_category_update', {
        ...named(template),
        previous_category: previous,
        new_category: category,
      });
    },
    tellComponents(template: Template) {
      tell(template, 'message_template_components_update', {
        ...named(template),
        ...contentOf(template.components),
      });
    },
    archive(template: Template) {
      Object.assign(template, {
        statusBefore: template.status,
        status: 'ARCHIVED',
        updatedAt: unixSeconds(),
      });
      state.changed();
      tellStatus(template, 'ARCHIVED');
    },
    unarchive(template: Template) {
      Object.assign(template, { status: template.statusBefore ?? 'APPROVED', updatedAt: unixSeconds() });
      state.changed();
      tellStatus(template, 'UNARCHIVED');
    },
    tellDeleted(template: Template) {
      forget(template);
      tellStatus(template, 'DELETED');
    },
    close: () => pending.forEach((timer) => clearTimeout(timer)),
  };
}

/** The texts, links and phone numbers of a template, as webhooks show them. */
function contentOf(components: readonly Component[]) {
  const buttons = buttonsOf(components).filter(({ type }) => type === 'URL' || type === 'PHONE_NUMBER');
  const title = componentOf(components, 'HEADER')?.['text'];
  const footer = componentOf(components, 'FOOTER')?.['text'];
  return {
    message_template_element: componentOf(components, 'BODY')?.['text'],
    ...(title === undefined ? {} : { message_template_title: title }),
    ...(footer === undefined ? {} : { message_template_footer: footer }),
    ...(buttons.length === 0
      ? {}
      : {
          message_template_buttons: buttons.map(({ type, text, url, phone_number: phone }) => ({
            message_template_button_type: type,
            message_template_button_text: text,
            ...(type === 'URL'
              ? { message_template_button_url: url }
              : { message_template_button_phone_number: phone }),
          })),
        }),
  };
}
