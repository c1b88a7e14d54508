import { unixSeconds, type Flow, type FlowStatus, type State } from '../graph/state.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';

export const FLOW_STATUSES: readonly FlowStatus[] = [
  'DRAFT',
  'PUBLISHED',
  'DEPRECATED',
  'BLOCKED',
  'THROTTLED',
];

export type FlowStatusChanges = ReturnType<typeof openFlowStatus>;

/** Changes the status of flows and tells it by webhook; Meta tells of the beginning of a draft, not of a return to it. */
export function openFlowStatus(state: State, webhooks: WebhookSender) {
  const tell = ({ wabaId, id }: Flow, message: string, statuses: object) =>
    webhooks.send({
      part: 'field',
      wabaId,
      field: 'flows',
      value: { event: 'FLOW_STATUS_CHANGE', message, flow_id: id, ...statuses },
    });

  return {
    change(flow: Flow, status: FlowStatus) {
      const old = flow.status;
      flow.status = status;
      flow.updatedAt = unixSeconds();
      if (status === 'PUBLISHED') flow.hasBeenPublished = true;
      state.changed();
      if (status !== 'DRAFT' && status !== old)
        tell(flow, `Flow ${flow.name} changed status from ${old} to ${status}`, {
          old_status: old,
          new_status: status,
        });
    },
    tellCreated(flow: Flow) {
      tell(flow, `Flow ${flow.name} has been created with DRAFT status`, { new_status: 'DRAFT' });
    },
  };
}
