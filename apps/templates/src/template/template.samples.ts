import type { TemplateStatus, TemplateView } from '@wbiz/contracts/template';
import type { TemplateEvent } from './template.messages.js';
import type { ListedTemplate } from './template.state.js';

export const AT = '2026-11-22T10:00:00.000Z';
export const LATER = '2026-11-22T11:00:00.000Z';

export const listed = (given: Partial<ListedTemplate> = {}): ListedTemplate => ({
  metaId: '7000000000000001',
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  status: 'approved',
  rejectionReason: null,
  qualityScore: null,
  components: [{ type: 'BODY', text: 'Hi {{1}}', example: { body_text: [['Asha']] } }],
  parameterFormat: 'POSITIONAL',
  ...given,
});

export const view = (given: Partial<TemplateView> = {}): TemplateView => ({
  id: 'tpl_1',
  ...listed(),
  createdAt: AT,
  updatedAt: AT,
  ...given,
});

export const changed = (asOf: number, given: Partial<TemplateView> = {}): TemplateEvent => ({
  type: 'template.changed',
  data: view(given),
  private: { asOf },
});

export const statusMoved = (
  status: TemplateStatus,
  reason: string | null,
  at: string,
  given: Partial<TemplateView> = {},
): TemplateEvent => {
  const { id: templateId, metaId, name, language } = view(given);
  return { type: 'template.status', data: { templateId, metaId, name, language, status, reason, at } };
};
