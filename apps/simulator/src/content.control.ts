import type { FastifyInstance } from 'fastify';
import { bodyOf, NotFound } from './control-request.js';
import { FLOW_STATUSES, type FlowStatusChanges } from './flow.status.js';
import { BadRequest } from './page-request.js';
import type { State } from './state.js';

/** `/_control/flows`: what Meta decides of an account's content. */
export function contentControl(
  app: FastifyInstance,
  { state, flowStatus }: { state: State; flowStatus: FlowStatusChanges },
) {
  app.post('/flows/:metaId/status', (request) => {
    const { metaId } = request.params as { metaId: string };
    const status = oneOf(FLOW_STATUSES, bodyOf(request)['status'], 'status');
    const flow = state.nodes.get(metaId);
    if (flow?.kind !== 'flow') throw new NotFound(`No flow has the id ${metaId}.`);
    flowStatus.change(flow, status);
    return { id: flow.id, name: flow.name, status: flow.status };
  });
}

function oneOf<Value extends string>(known: readonly Value[], value: unknown, field: string): Value {
  if (!known.includes(value as Value)) throw new BadRequest(`${field} must be one of ${known.join(', ')}.`);
  return value as Value;
}
