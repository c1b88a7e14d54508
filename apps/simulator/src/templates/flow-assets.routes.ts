import { chooseFields } from '../graph/fields.js';
import { badParameter, missingParameter, notOneOf } from '../graph/graph-error.js';
import { FileAnswer, type Graph, type GraphCall, type GraphHandler } from '../graph/graph-middleware.js';
import { pageOf } from '../graph/paging.js';
import { flowContent, readFlowJson } from './flow-json.rules.js';
import type { FlowStatusChanges } from './flow.status.js';

const FLOW_ASSET = { type: 'WhatsAppFlowAsset', defaults: ['name', 'asset_type', 'download_url'] };
const ASSET = 'flow.json';

/** Routes of a flow's only asset, the flow JSON: list, upload, download. */
export function flowAssetRoutes({
  graph,
  flowStatus,
}: {
  graph: Graph;
  flowStatus: FlowStatusChanges;
}): Record<string, GraphHandler> {
  const flowOf = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'flow');

  const upload: GraphHandler = (call) => {
    const flow = flowOf(call);
    const { name, asset_type: type } = call.params;
    if (name === undefined) throw missingParameter('name');
    if (name !== ASSET) throw badParameter(`Param name must be ${ASSET}.`);
    if (type === undefined) throw missingParameter('asset_type');
    if (type !== 'FLOW_JSON') throw notOneOf('asset_type', ['FLOW_JSON'], type);
    if (call.file === undefined) throw missingParameter('file');
    const json = readFlowJson(call.file.bytes.toString())!;
    return { ...flowStatus.edit(flow, { json }), validation_errors: flowContent(json).errors };
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

  /** The route of `download_url`. Unlike Meta's, it requires the access token. */
  const download: GraphHandler = (call) =>
    new FileAnswer(200, { 'content-type': 'application/json' }, Buffer.from(flowOf(call).json ?? '{}'));

  return { 'GET assets': assets, 'POST assets': upload, [`GET ${ASSET}`]: download };
}
