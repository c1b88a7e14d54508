import { flowFault } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import { flowContent } from './flow-json.rules.js';
import { isPublished, type FlowStatusChanges } from './flow.status.js';

/** Routes that publish and deprecate a flow. */
export function flowStatusRoutes({
  graph,
  flowStatus,
}: {
  graph: Graph;
  flowStatus: FlowStatusChanges;
}): Record<string, GraphHandler> {
  const flowOf = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'flow');

  const publish: GraphHandler = (call) => {
    const flow = flowOf(call);
    const { dataApiVersion, errors, isPublishable } = flowContent(flow.json);
    const no = (title: string, text: string) => flowFault(139002, title, text);
    if (flow.status !== 'DRAFT')
      throw no('Publishing Flow in invalid state', `A flow in status ${flow.status} can't be published.`);
    if (flow.json === undefined || errors.length > 0)
      throw no('Publishing Flow with validation errors', 'Resolve the validation errors of the flow first.');
    if (!isPublishable)
      throw no(
        'Versions in Flow JSON file are not available for publishing',
        'The flow uses a version that cannot be published.',
      );
    if (dataApiVersion !== undefined && flow.endpointUri === undefined)
      throw no(
        'Publishing without specifying endpoint_uri is forbidden',
        'Set endpoint_uri before publishing.',
      );
    flowStatus.change(flow, 'PUBLISHED');
    return { success: true };
  };

  const deprecate: GraphHandler = (call) => {
    const flow = flowOf(call);
    const no = (title: string) => flowFault(139003, title, 'Only a published flow can be deprecated.');
    if (flow.status === 'DEPRECATED') throw no('Flow is already deprecated');
    if (!isPublished(flow)) throw no("Can't deprecate unpublished flow");
    flowStatus.change(flow, 'DEPRECATED');
    return { success: true };
  };

  return { 'POST publish': publish, 'POST deprecate': deprecate };
}
