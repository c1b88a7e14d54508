import type { TemplateComponent, TemplateView } from '@wbiz/contracts/template';

/** An approved template with these components. */
export const storedTemplate = (components: object[], given: Partial<TemplateView> = {}): TemplateView => ({
  id: 'tpl_1',
  metaId: '1',
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY',
  status: 'approved',
  rejectionReason: null,
  qualityScore: null,
  components: components as TemplateComponent[],
  parameterFormat: 'POSITIONAL',
  createdAt: '2026-11-29T00:00:00.000Z',
  updatedAt: '2026-11-29T00:00:00.000Z',
  ...given,
});
