import { APP, health } from '../account/account.routes.js';
import { chooseFields, type Expansion } from '../graph/fields.js';
import { flowContent } from './flow-json.rules.js';
import type { FlowStatusChanges } from './flow.status.js';
import { badParameter, flowFault, missingParameter, notOneOf } from '../graph/graph-error.js';
import { FileAnswer, type Graph, type GraphCall, type GraphHandler } from '../graph/graph-frame.js';
import type { NodeEdges } from '../graph/node-edges.js';
import { pageOf } from '../graph/paging.js';
import { textList } from '../graph/parameter.rules.js';
import { unixSeconds, type Flow, type State } from '../graph/state.js';

const FLOW = { type: 'WhatsAppFlow', defaults: ['name', 'status', 'categories', 'validation_errors'] };
const FLOW_ASSET = { type: 'WhatsAppFlowAsset', defaults: ['name', 'asset_type', 'download_url'] };

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
const MOST_BYTES = 10 * 1024 * 1024;
const ASSET = 'flow.json';

const timeOf = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '+0000');

/** What `GET /{flow}` answers. */
export function flowNode(
  flow: Flow,
  fields: unknown,
  { waba, edges }: { waba: Expansion; edges: Readonly<Record<string, Expansion>> },
) {
  const { version, dataApiVersion, errors } = flowContent(flow.json);
  return chooseFields(
    {
      id: flow.id,
      name: flow.name,
      status: flow.status,
      categories: flow.categories,
      validation_errors: errors,
      json_version: version,
      data_api_version: dataApiVersion,
      endpoint_uri: flow.endpointUri,
      updated_at: timeOf(flow.updatedAt ?? 0),
      preview: {
        preview_url: `https://business.facebook.com/wa/manage/flows/${flow.id}/preview/`,
        expires_at: timeOf(unixSeconds() + 30 * 86_400),
      },
      whatsapp_business_account: waba,
      application: { ...APP, link: `https://www.facebook.com/games/?app_id=${APP.id}` },
      health_status: health('FLOW', flow.id, flow.wabaId, flow.status !== 'BLOCKED'),
      metric: () => {
        throw flowFault(139006, 'Flow metrics are not available', 'There is not enough data.');
      },
      ...edges,
    },
    fields,
    FLOW,
  );
}

/** `flows` of a WABA (list, create) and the flow's own node (edit, delete, assets, publish, deprecate). */
export function flowRoutes({
  graph,
  state,
  flowStatus,
  edgesOf,
  wabaOf,
}: {
  graph: Graph;
  state: State;
  edgesOf: NodeEdges;
  wabaOf: (call: GraphCall, flow: Flow) => Expansion;
  flowStatus: FlowStatusChanges;
}): Record<string, GraphHandler> {
  const flowOf = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'flow');

  const list: GraphHandler = (call) => {
    const waba = graph.managedNode(call, call.path['id']!, 'waba');
    const page = pageOf(state.of('flow', waba.id), call);
    return {
      ...page,
      data: page.data.map((flow) =>
        flowNode(flow, call.params['fields'], { waba: wabaOf(call, flow), edges: edgesOf(call, flow) }),
      ),
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
    const given = readJson(call.params['flow_json']);
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

  /** A change of a published flow makes it a draft again. */
  const change = (
    flow: Flow,
    changes: Partial<Pick<Flow, 'name' | 'categories' | 'endpointUri' | 'json'>>,
  ) => {
    if (flow.status === 'DEPRECATED' || flow.status === 'BLOCKED')
      throw flowFault(
        139001,
        "Flow can't be updated",
        `A flow in status ${flow.status} can't be updated. Clone it.`,
      );
    Object.assign(flow, changes);
    flowStatus.change(flow, 'DRAFT');
    return { success: true };
  };

  const edit: GraphHandler = (call) => {
    const flow = flowOf(call);
    const { name, categories, endpoint_uri: endpoint } = call.params;
    return change(flow, {
      ...(name === undefined ? {} : { name: freeName(name, flow.wabaId, flow) }),
      ...(categories === undefined ? {} : { categories: readCategories(categories) }),
      ...(endpoint === undefined ? {} : { endpointUri: readUri(endpoint) }),
    });
  };

  const upload: GraphHandler = (call) => {
    const flow = flowOf(call);
    const { name, asset_type: type } = call.params;
    if (name === undefined) throw missingParameter('name');
    if (name !== ASSET) throw badParameter(`Param name must be ${ASSET}.`);
    if (type === undefined) throw missingParameter('asset_type');
    if (type !== 'FLOW_JSON') throw notOneOf('asset_type', ['FLOW_JSON'], type);
    if (call.file === undefined) throw missingParameter('file');
    const json = readJson(call.file.bytes.toString())!;
    return { ...change(flow, { json }), validation_errors: flowContent(json).errors };
  };

  const assets: GraphHandler = (call) => {
    const { id, json } = flowOf(call);
    const url = `${call.origin}/${call.version}/${id}/${ASSET}`;
    const all = json === undefined ? [] : [{ name: ASSET, asset_type: 'FLOW_JSON', download_url: url }];
    const page = pageOf(all, call);
    return {
      ...page,
      data: page.data.map((asset) => chooseFields(asset, call.params['fields'], FLOW_ASSET)),
    };
  };

  /** Where `download_url` leads: at Meta to a host that asks for no token, here to one that does. */
  const download: GraphHandler = (call) =>
    new FileAnswer(200, { 'content-type': 'application/json' }, Buffer.from(flowOf(call).json ?? '{}'));

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
    'GET assets': assets,
    'POST assets': upload,
    [`GET ${ASSET}`]: download,
    'POST publish': publish,
    'POST deprecate': deprecate,
  };
}

const isPublished = ({ status, hasBeenPublished }: Flow) => status !== 'DRAFT' || hasBeenPublished === true;

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

/** Flow JSON as text; some clients send the object itself. */
function readJson(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = typeof value === 'string' ? value : JSON.stringify(value);
  if (Buffer.byteLength(json) > MOST_BYTES) throw badParameter('Param flow_json must be at most 10 MB.');
  return json;
}
