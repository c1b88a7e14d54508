import type { FastifyInstance } from 'fastify';
import { phoneNode, wabaNode } from '../account/account.view.js';
import type { Behaviour } from '../control/behaviour.js';
import { MEDIA_PATH } from '../media/media.routes.js';
import { flowNode } from '../templates/flow.view.js';
import { templateNode } from '../templates/template.view.js';
import { unknownEdge, unknownObject, unknownPath } from './graph-error.js';
import { withoutVersion, type Graph, type GraphCall, type GraphHandler } from './graph-middleware.js';
import type { NodeEdges } from './node-edges.js';
import type { Media, Node } from './nodes.js';
import type { State } from './state.js';

type Parts = {
  readonly graph: Graph;
  readonly state: State;
  readonly behaviour: Behaviour;
  readonly edgesOf: NodeEdges;
  readonly routes: Readonly<Record<string, GraphHandler>>;
};

type Viewed = Exclude<Node, Media>;

const NODE_VIEWS: {
  [K in Viewed['kind']]: (node: Extract<Node, { kind: K }>, call: GraphCall, parts: Parts) => object;
} = {
  waba: (waba, call, { edgesOf }) => wabaNode(waba, call.params['fields'], edgesOf(call, waba)),
  phone: (phone, call, { state, behaviour: { settings }, edgesOf }) =>
    phoneNode(phone, call.params['fields'], {
      settings,
      webhookUrl: state.webhook?.url,
      edges: edgesOf(call, phone),
    }),
  template: (template, { params, version }) => templateNode(template, params['fields'], version),
  flow: (flow, call, parts) => flowNode(flow, call, parts),
};

/** Routes of `POST /{id}` by kind of node. All other ids go to the template's route, which refuses ids of no template. */
const EDITS: Partial<Record<Node['kind'], string>> = {
  waba: 'POST waba node',
  phone: 'POST phone node',
  flow: 'POST flow node',
};

const NODE_TYPES: Record<Node['kind'], string> = {
  waba: 'WhatsAppBusinessAccount',
  phone: 'WhatsAppBusinessPhoneNumber',
  template: 'WhatsAppMessageTemplate',
  flow: 'WhatsAppFlow',
  media: 'WhatsAppMedia',
};

/** Registers the Graph API's paths: `/{node}`, `/{node}/{edge}`, `/{node}/{edge}/{item}`, and a few without a node. */
export function graphRoutes(app: FastifyInstance, parts: Parts) {
  const { graph, state, routes } = parts;

  const onNode: GraphHandler = (call) => {
    const id = call.path['id']!;
    if (id.startsWith('upload:') && call.method !== 'DELETE')
      return routes[`${call.method} upload node`]!(call);
    const kind = state.nodes.get(id)?.kind;
    if (call.method === 'POST') return routes[(kind && EDITS[kind]) ?? 'POST template']!(call);
    if (call.method === 'DELETE' && kind === 'flow') return routes['DELETE flow node']!(call);
    const isMedia = kind === 'media';
    if (call.method === 'DELETE' && !isMedia && state.nodes.has(id)) throw unknownObject(call.method, id);
    if (call.method === 'DELETE' || isMedia) return routes[`${call.method} media node`]!(call);
    const node = graph.managedNode(call, id, 'waba', 'phone', 'template', 'flow');
    return NODE_VIEWS[node.kind](node as never, call, parts);
  };

  const onEdge: GraphHandler = (call) => {
    const { id, edge } = call.path as { id: string; edge: string };
    const route = routes[`${call.method} ${edge}`];
    if (route !== undefined) return route(call);
    const node = graph.node(call, id, 'waba', 'phone', 'template', 'flow', 'media');
    throw unknownEdge(edge, NODE_TYPES[node.kind]);
  };

  /** Handles paths below an edge: `message_qrdls/{code}`, `message_templates/archive`. */
  const onItem: GraphHandler = (call) => {
    const { edge, item } = call.path as { edge: string; item: string };
    const route = routes[`${call.method} ${edge}/${item}`] ?? routes[`${call.method} ${edge}/*`];
    if (route === undefined) throw unknownPath(`/${edge}/${item}`);
    return route(call);
  };
  const library: GraphHandler = (call) =>
    routes['GET message_template_library']!({ ...call, path: { id: 'message_template_library' } });

  const method = ['GET', 'POST', 'DELETE'];
  app.get(MEDIA_PATH, graph.serve(routes['GET media file']!));
  app.get('/debug_token', graph.serve(routes['GET debug_token']!));
  app.get('/message_template_library', graph.serve(library));
  app.route({ method, url: '/:id', handler: graph.serve(onNode) });
  app.route({ method, url: '/:id/:edge', handler: graph.serve(onEdge) });
  app.route({ method, url: '/:id/:edge/:item', handler: graph.serve(onItem) });
  app.setNotFoundHandler((request, reply) =>
    graph.serve(() => {
      throw unknownPath(withoutVersion(request.originalUrl).replace(/\?.*/, ''));
    })(request, reply),
  );
}
