import { flowFault } from '../graph/graph-error.js';
import type { Flow, FlowStatus } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';

export const FLOW_STATUSES: readonly FlowStatus[] = [
  'DRAFT',
  'PUBLISHED',
  'DEPRECATED',
  'BLOCKED',
  'THROTTLED',
];

export const isPublished = ({ status, hasBeenPublished }: Flow) =>
  status !== 'DRAFT' || hasBeenPublished === true;

export type FlowStatusChanges = ReturnType<typeof openFlowStatus>;

/** Changes a flow's status and sends the webhook of the change; a change to DRAFT sends none, as at Meta. */
export function openFlowStatus(state: State, webhooks: WebhookSender) {
  const tell = ({ wabaId, id }: Flow, message: string, statuses: object) =>
    webhooks.send({
      part: 'field',
      wabaId,
      field: 'flows',
      value: { event: 'FLOW_STATUS_CHANGE', message, flow_id: id, ...statuses },
    });

  const change = (flow: Flow, status: FlowStatus) => {
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
  };

  return {
    change,
    /** Edits the flow, which becomes a draft again; the published version can still be sent. */
    edit(flow: Flow, changes: Partial<Pick<Flow, 'name' | 'categories' | 'endpointUri' | 'json'>>) {
      if (flow.status === 'DEPRECATED' || flow.status === 'BLOCKED')
        throw flowFault(
          139001,
          "Flow can't be updated",
          `A flow in status ${flow.status} can't be updated. Clone it.`,
        );
      Object.assign(flow, changes);
      change(flow, 'DRAFT');
      return { success: true };
    },
    tellCreated(flow: Flow) {
      tell(flow, `Flow ${flow.name} has been created with DRAFT status`, { new_status: 'DRAFT' });
    },
  };
}
