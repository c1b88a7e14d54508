import type { FlowView } from '@wbiz/contracts/flow';
import { FLOW_ID } from '../messages/sends.samples.js';

export const flow = (over: Partial<FlowView> = {}): FlowView => ({
  id: FLOW_ID,
  metaId: '5000000000000001',
  name: 'appointment_booking',
  status: 'published',
  categories: ['APPOINTMENT_BOOKING'],
  updatedAt: '2026-11-22T10:00:00.000Z',
  ...over,
});
