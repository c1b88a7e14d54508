import { APP, health, wabaNode } from '../account/account.view.js';
import { chooseFields, type Expansion } from '../graph/fields.js';
import { flowFault } from '../graph/graph-error.js';
import type { GraphCall } from '../graph/graph-middleware.js';
import type { NodeEdges } from '../graph/node-edges.js';
import type { Flow, Waba } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { metaTime, unixSeconds } from '../graph/times.js';
import { flowContent } from './flow-json.rules.js';

const FLOW = { type: 'WhatsAppFlow', defaults: ['name', 'status', 'categories', 'validation_errors'] };

// The fields that Meta shows by default of the WABA that owns a flow.
const OF_WABA = 'id,name,currency,timezone_id,message_template_namespace';

/** The answer to `GET /{flow}`. */
export function flowNode(
  flow: Flow,
  call: GraphCall,
  { state, edgesOf }: { state: State; edgesOf: NodeEdges },
) {
  const waba = state.nodes.get(flow.wabaId) as Waba;
  const ofWaba: Expansion = (_args, fields = OF_WABA) => wabaNode(waba, fields, edgesOf(call, waba));
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
      updated_at: metaTime(flow.updatedAt ?? 0),
      preview: {
        preview_url: `https://business.facebook.com/wa/manage/flows/${flow.id}/preview/`,
        expires_at: metaTime(unixSeconds() + 30 * 86_400),
      },
      whatsapp_business_account: ofWaba,
      application: { ...APP, link: `https://www.facebook.com/games/?app_id=${APP.id}` },
      health_status: health('FLOW', flow.id, flow.wabaId, flow.status !== 'BLOCKED'),
      metric: () => {
        throw flowFault(139006, 'Flow metrics are not available', 'There is not enough data.');
      },
      ...edgesOf(call, flow),
    },
    call.params['fields'],
    FLOW,
  );
}
