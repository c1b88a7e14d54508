import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { accountRoutes, phoneNode, wabaNode } from './account/account.routes.js';
import { analyticsRoutes } from './account/analytics.routes.js';
import { openBehaviour, type Behaviour, type Settings } from './control/behaviour.js';
import { controlRoutes } from './control/control.routes.js';
import { openDeliveryScript } from './messages/delivery-script.js';
import type { Expansion } from './graph/fields.js';
import { openFlowStatus } from './templates/flow.status.js';
import { flowNode, flowRoutes } from './templates/flows.routes.js';
import { unknownEdge, unknownObject, unknownPath } from './graph/graph-error.js';
import { graphFrame, withoutVersion, type GraphCall, type GraphHandler } from './graph/graph-frame.js';
import { openInsights } from './account/insights.js';
import { MEDIA_PATH, mediaRoutes, openMediaLinks } from './media/media.routes.js';
import { MAX_MEDIA_BYTES } from './media/media.rules.js';
import { messageLog } from './messages/message-log.js';
import { messageRoutes } from './messages/messages.routes.js';
import { openMessagingLimit } from './messages/messaging-limit.js';
import { openNodeEdges, type NodeEdges } from './graph/node-edges.js';
import { openPace } from './messages/pace.js';
import { openPeople } from './messages/people.js';
import { phoneSettingsRoutes } from './account/phone-settings.routes.js';
import { phoneRoutes } from './account/phone.routes.js';
import { qrCodeRoutes } from './account/qr-code.routes.js';
import { requestLog } from './control/request-log.js';
import { openState, type Flow, type Media, type Node, type State, type Waba } from './graph/state.js';
import { templateBulkRoutes } from './templates/template-bulk.routes.js';
import { openTemplateReview } from './templates/template.review.js';
import { templateNode } from './templates/template.view.js';
import { templateRoutes } from './templates/templates.routes.js';
import { openTimeline } from './control/timeline.js';
import { uploadRoutes } from './media/upload.routes.js';
import { openWebhookSender } from './webhooks/webhook-sender.js';

export type SimulatorOptions = {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Where accounts, templates, windows and the webhook target are kept; without it, nowhere. */
  readonly stateDir?: string | undefined;
  /** Where webhooks go; can be set later by `POST /_control/webhook`. */
  readonly webhookUrl?: string | undefined;
  readonly appSecret?: string | undefined;
  readonly verifyToken?: string | undefined;
  /** With it, `/_control` wants it as bearer token and answers callers from anywhere. */
  readonly controlToken?: string | undefined;
  readonly behaviour?: Partial<Settings>;
  /** Lines for people; stderr by default. */
  readonly log?: (line: string) => void;
};

export const DEFAULT_TOKEN = 'simulator-token';
export const DEFAULT_APP_SECRET = 'simulator-app-secret';
export const DEFAULT_VERIFY_TOKEN = 'simulator-verify-token';

const MAX_BODY = 32 * 1024 * 1024;
// A file and what a form adds to it.
const MAX_FILE_BODY = MAX_MEDIA_BYTES + 1024 * 1024;

type Viewed = Exclude<Node, Media>;

const NODE_VIEWS: {
  [K in Viewed['kind']]: (
    node: Extract<Node, { kind: K }>,
    call: GraphCall,
    parts: {
      readonly state: State;
      readonly behaviour: Behaviour;
      readonly edgesOf: NodeEdges;
      readonly wabaOf: (call: GraphCall, flow: Flow) => Expansion;
    },
  ) => object;
} = {
  waba: (waba, call, { edgesOf }) => wabaNode(waba, call.params['fields'], edgesOf(call, waba)),
  phone: (phone, call, { state, behaviour: { settings }, edgesOf }) =>
    phoneNode(phone, call.params['fields'], {
      settings,
      webhookUrl: state.webhook?.url,
      edges: edgesOf(call, phone),
    }),
  template: (template, { params, version }) => templateNode(template, params['fields'], version),
  flow: (flow, call, { edgesOf, wabaOf }) =>
    flowNode(flow, call.params['fields'], { waba: wabaOf(call, flow), edges: edgesOf(call, flow) }),
};

// What Meta shows of the account of a flow where `fields` names nothing of it.
const OF_FLOW = 'id,name,currency,timezone_id,message_template_namespace';

/** Whose `POST /{id}` it is; what is none of these is refused as no template. */
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

/** Starts the stand-in for Meta's Cloud API and resolves once it listens. `close` saves the state. */
export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const log = options.log ?? ((line) => void process.stderr.write(`simulator: ${line}\n`));
  const state = openState({ directory: options.stateDir, token: DEFAULT_TOKEN });
  if (options.webhookUrl !== undefined)
    state.setWebhook({
      url: options.webhookUrl,
      secret: options.appSecret ?? DEFAULT_APP_SECRET,
      verifyToken: options.verifyToken ?? DEFAULT_VERIFY_TOKEN,
    });
  const behaviour = openBehaviour(options.behaviour);
  const pace = openPace();
  const messagingLimit = openMessagingLimit();
  const messages = messageLog();
  const requests = requestLog();
  const timeline = openTimeline();
  const webhooks = openWebhookSender(state, () => behaviour.settings.batch, log);
  const people = openPeople(state, behaviour);
  const insights = openInsights();
  const script = openDeliveryScript({ behaviour, people, insights, timeline, webhooks });
  const review = openTemplateReview(state, webhooks);
  const flowStatus = openFlowStatus(state, webhooks);
  const links = openMediaLinks();
  const graph = graphFrame({ state, behaviour, pace, requests });
  const routes: Record<string, GraphHandler> = {};
  const edgesOf = openNodeEdges(routes);
  const wabaOf = (call: GraphCall, flow: Flow): Expansion => {
    const waba = state.nodes.get(flow.wabaId) as Waba;
    return (_args, fields = OF_FLOW) => wabaNode(waba, fields, edgesOf(call, waba));
  };
  const parts = {
    graph,
    edgesOf,
    wabaOf,
    state,
    behaviour,
    people,
    insights,
    routes,
    pace,
    messagingLimit,
    messages,
    requests,
    timeline,
    webhooks,
    script,
    review,
    flowStatus,
    links,
  };

  const handles = new Set<string>();
  Object.assign(routes, {
    ...messageRoutes(parts),
    ...templateRoutes(parts),
    ...flowRoutes(parts),
    ...accountRoutes(parts),
    ...mediaRoutes(parts),
    ...uploadRoutes(handles),
    ...analyticsRoutes(parts),
    ...templateBulkRoutes(parts),
    ...phoneSettingsRoutes(parts),
    ...qrCodeRoutes(parts),
    ...phoneRoutes({ ...parts, handles }),
  });

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

  /** What stands under an edge: `message_qrdls/{code}`, `message_templates/archive`. */
  const onItem: GraphHandler = (call) => {
    const { edge, item } = call.path as { edge: string; item: string };
    const route = routes[`${call.method} ${edge}/${item}`] ?? routes[`${call.method} ${edge}/*`];
    if (route === undefined) throw unknownPath(`/${edge}/${item}`);
    return route(call);
  };
  const library: GraphHandler = (call) =>
    routes['GET message_template_library']!({ ...call, path: { id: 'message_template_library' } });

  const app = Fastify({
    bodyLimit: MAX_BODY,
    forceCloseConnections: true,
    rewriteUrl: ({ url = '/' }) => withoutVersion(url),
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_FILE_BODY }, (_request, body, done) =>
    done(null, body),
  );
  await app.register(
    async (control) => controlRoutes(control, { ...parts, controlToken: options.controlToken }),
    {
      prefix: '/_control',
    },
  );
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
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log(error.stack ?? error.message);
    const code = status >= 500 ? 1 : 100;
    return reply.code(status).send({ error: { message: error.message, type: 'OAuthException', code } });
  });

  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const { address, port, family } = app.server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      timeline.clear();
      review.close();
      await Promise.all([app.close(), webhooks.close()]);
      state.save();
    },
  };
}
