import type { Expansion } from './fields.js';
import type { GraphCall, GraphHandler } from './graph-middleware.js';
import { formValue } from './graph-parameters.js';
import type { Node } from './nodes.js';

const ANALYTICS = ['analytics', 'conversation_analytics', 'pricing_analytics', 'template_analytics'];

/** Edges that the parameter `fields` may expand, by kind of node. */
const EDGES: Partial<Record<Node['kind'], readonly string[]>> = {
  waba: ['message_templates', 'phone_numbers', 'flows', 'subscribed_apps', ...ANALYTICS],
  phone: [
    'whatsapp_business_profile',
    'block_users',
    'message_qrdls',
    'whatsapp_commerce_settings',
    'whatsapp_business_encryption',
  ],
  flow: ['assets'],
};

export type NodeEdges = ReturnType<typeof openNodeEdges>;

/** Expansions of a node's edges: each returns what a GET of the edge does. `routes` may be filled after this call. */
export const openNodeEdges =
  (routes: Readonly<Record<string, GraphHandler>>) =>
  (call: GraphCall, { kind, id }: Pick<Node, 'kind' | 'id'>): Readonly<Record<string, Expansion>> =>
    Object.fromEntries(
      (EDGES[kind] ?? []).map((edge) => {
        const expand: Expansion = (args, fields) => {
          const given = Object.entries(args).map(([key, value]) => [key, formValue(value)]);
          const params = { ...Object.fromEntries(given), ...(fields === undefined ? {} : { fields }) };
          return routes[`GET ${edge}`]!({ ...call, method: 'GET', path: { id, edge }, params });
        };
        return [edge, expand];
      }),
    );
