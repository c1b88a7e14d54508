import { badParameter, flowFault, missingParameter, notOneOf } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import type { NodeEdges } from '../graph/node-edges.js';
import type { Flow } from '../graph/nodes.js';
import { pageOf } from '../graph/paging.js';
import { textList } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { flowContent, readFlowJson } from './flow-json.rules.js';
import { isPublished, type FlowStatusChanges } from './flow.status.js';
import { flowNode } from './flow.view.js';

const CATEGORIES = [
  'SIGN_UP',
  'SIGN_IN',
  'APPOINTMENT_BOOKING',
  'LEAD_GENERATION',
  'CONTACT_US',
  'CUSTOMER_SUPPORT',
  'SURVEY',
  'SHOPPING',
  'OTHER',
];
/** Routes of a WABA's `flows` (list, create) and of a flow's node (edit, delete). */
export function flowRoutes({
  graph,
  state,
  flowStatus,
  edgesOf,
}: {
  graph: Graph;
  state: State;
  edgesOf: NodeEdges;
  flowStatus: FlowStatusChanges;
}): Record<string, GraphHandler> {
  const flowOf = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'flow');

  const list: GraphHandler = (call) => {
    const waba = graph.managedNode(call, call.path['id']!, 'waba');
    const page = pageOf(state.of('flow', waba.id), call);
    return {
      ...page,
      data: page.data.map((flow) => flowNode(flow, call, { state, edgesOf })),
    };
  };

  const freeName = (value: unknown, wabaId: string, except?: Flow): string => {
    if (value === undefined || value === '') throw missingParameter('name');
    if (typeof value !== 'string') throw badParameter('Param name must be a string.');
    const taken = state.flow(wabaId, { name: value });
    if (taken !== undefined && taken !== except)
      throw flowFault(
        100,
        'Flow name is not unique',
        'The name is used by another flow of this WhatsApp Business account.',
      );
    return value;
  };

  const create: GraphHandler = (call) => {
    const { id: wabaId } = graph.managedNode(call, call.path['id']!, 'waba');
    const { name, categories, clone_flow_id: cloneId, endpoint_uri: endpoint, publish } = call.params;
    const source = cloneId === undefined ? undefined : state.flow(wabaId, { id: String(cloneId) });
    if (cloneId !== undefined && source === undefined)
      throw flowFault(100, 'Flow with specified ID does not exist', `There is no flow ${String(cloneId)}.`);
    const given = readFlowJson(call.params['flow_json']);
    const json = given ?? source?.json;
    const flow = state.addFlow({
      wabaId,
      name: freeName(name, wabaId),
      status: 'DRAFT',
      categories: readCategories(categories),
      ...(endpoint === undefined ? {} : { endpointUri: readUri(endpoint) }),
      ...(json === undefined ? {} : { json }),
    });
    flowStatus.tellCreated(flow);
    if (given === undefined) return { id: flow.id, success: true };
    const { errors, isPublishable } = flowContent(given);
    if (isOn(publish) && isPublishable) flowStatus.change(flow, 'PUBLISHED');
    return { id: flow.id, success: true, validation_errors: errors };
  };

  const edit: GraphHandler = (call) => {
    const flow = flowOf(call);
    const { name, categories, endpoint_uri: endpoint } = call.params;
    return flowStatus.edit(flow, {
      ...(name === undefined ? {} : { name: freeName(name, flow.wabaId, flow) }),
      ...(categories === undefined ? {} : { categories: readCategories(categories) }),
      ...(endpoint === undefined ? {} : { endpointUri: readUri(endpoint) }),
    });
  };

  const remove: GraphHandler = (call) => {
    const flow = flowOf(call);
    if (isPublished(flow))
      throw flowFault(
        139004,
        "Can't delete published Flow",
        'After a flow has been published, it cannot be deleted. Please deprecate instead.',
      );
    state.removeFlow(flow);
    return { success: true };
  };

  return {
    'GET flows': list,
    'POST flows': create,
    'POST flow node': edit,
    'DELETE flow node': remove,
  };
}

const isOn = (value: unknown) => value === true || value === 'true' || value === '1';

function readCategories(value: unknown): readonly string[] {
  if (value === undefined) throw missingParameter('categories');
  const list = textList(value)!;
  if (list.length === 0) throw badParameter('Param categories must be an array of at least one element.');
  const categories = list.map((item) => item.toUpperCase());
  const unknown = categories.findIndex((category) => !CATEGORIES.includes(category));
  if (unknown >= 0) throw notOneOf(`categories[${unknown}]`, CATEGORIES, list[unknown]);
  return categories;
}

function readUri(value: unknown): string {
  if (typeof value !== 'string' || !/^https:\/\//i.test(value) || !URL.canParse(value))
    throw flowFault(100, 'Invalid Endpoint URI', 'Provide a valid URL.');
  return value;
}
