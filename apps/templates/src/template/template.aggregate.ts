import type { Aggregate } from '@wbiz/eventing/postgres/aggregate';
import {
  template,
  type TemplateCommand,
  type TemplateEvent,
  type TemplateState,
} from './template.decider.js';

/** The row in templates.templates is the template; `state->'view'` is what a customer sees of it. */
export const templates: Aggregate<TemplateCommand, TemplateState, TemplateEvent> = {
  name: 'template',
  table: 'templates',
  decider: template,
  stream: ({ data }) => data.templateId,
  published: ['template.changed', 'template.status', 'template.removed'],
  reply: {},
};
