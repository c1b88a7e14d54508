import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { accountRoutes } from './account/account.routes.js';
import { analyticsRoutes } from './account/analytics.routes.js';
import { openInsights } from './account/insights.js';
import { openManagementLimits } from './account/management-limits.js';
import { phoneSettingsRoutes } from './account/phone-settings.routes.js';
import { phoneRoutes } from './account/phone.routes.js';
import { qrCodeRoutes } from './account/qr-code.routes.js';
import { openBehaviour, type Settings } from './control/behaviour.js';
import { controlRoutes } from './control/control.routes.js';
import { requestLog } from './control/request-log.js';
import { openScheduler } from './control/scheduler.js';
import { graphMiddleware, withoutVersion, type GraphHandler } from './graph/graph-middleware.js';
import { graphRoutes } from './graph/graph.routes.js';
import { openNodeEdges } from './graph/node-edges.js';
import { openState } from './graph/state.js';
import { mediaRoutes, openMediaLinks } from './media/media.routes.js';
import { MAX_MEDIA_BYTES } from './media/media.rules.js';
import { uploadRoutes } from './media/upload.routes.js';
import { openStatusSchedule } from './messages/status-schedule.js';
import { messageLog } from './messages/message-log.js';
import { messageRoutes } from './messages/messages.routes.js';
import { openMessagingLimit } from './messages/messaging-limit.js';
import { openPairLimit } from './messages/pair-limit.js';
import { openPeople } from './messages/people.js';
import { openThroughputLimit } from './messages/throughput-limit.js';
import { flowAssetRoutes } from './templates/flow-assets.routes.js';
import { flowStatusRoutes } from './templates/flow-status.routes.js';
import { openFlowStatus } from './templates/flow.status.js';
import { flowRoutes } from './templates/flows.routes.js';
import { templateBulkRoutes } from './templates/template-bulk.routes.js';
import { openTemplateReview } from './templates/template.review.js';
import { templateRoutes } from './templates/templates.routes.js';
import { openWebhookSender } from './webhooks/webhook-sender.js';

export type SimulatorOptions = {
  /** Default: 0, which means any free port. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** The directory in which accounts, templates, customer service windows and the webhook target survive restarts. */
  readonly stateDir?: string | undefined;
  /** The URL that receives webhooks; `POST /_control/webhook` changes it. */
  readonly webhookUrl?: string | undefined;
  readonly appSecret?: string | undefined;
  readonly verifyToken?: string | undefined;
  /** The bearer token for `/_control`; if absent, `/_control` serves only clients on this machine. */
  readonly controlToken?: string | undefined;
  readonly behaviour?: Partial<Settings>;
  /** Writes a log line. Default: writes to stderr. */
  readonly log?: (line: string) => void;
};

export const DEFAULT_TOKEN = 'simulator-token';
export const DEFAULT_APP_SECRET = 'simulator-app-secret';
const DEFAULT_VERIFY_TOKEN = 'simulator-verify-token';

const MAX_BODY = 32 * 1024 * 1024;
// Bytes: the largest file and 1 MiB for the multipart form around it.
const MAX_FILE_BODY = MAX_MEDIA_BYTES + 1024 * 1024;

/** Starts the simulator; resolves once it listens. `close` saves the state. */
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
  const throughputLimit = openThroughputLimit(behaviour);
  const pairLimit = openPairLimit(behaviour);
  const managementLimits = openManagementLimits(behaviour);
  const messagingLimit = openMessagingLimit();
  const messages = messageLog();
  const requests = requestLog();
  const scheduler = openScheduler();
  const webhooks = openWebhookSender(state, () => behaviour.settings.batch, log);
  const people = openPeople(state, behaviour);
  const insights = openInsights();
  const schedule = openStatusSchedule({ behaviour, people, insights, scheduler, webhooks });
  const review = openTemplateReview(state, webhooks);
  const flowStatus = openFlowStatus(state, webhooks);
  const links = openMediaLinks();
  const graph = graphMiddleware({ state, behaviour, managementLimits, requests });
  const routes: Record<string, GraphHandler> = {};
  const edgesOf = openNodeEdges(routes);
  const parts = {
    graph,
    edgesOf,
    state,
    behaviour,
    people,
    insights,
    routes,
    throughputLimit,
    pairLimit,
    messagingLimit,
    managementLimits,
    messages,
    requests,
    scheduler,
    webhooks,
    schedule,
    review,
    flowStatus,
    links,
  };

  const clearables = [
    scheduler,
    webhooks,
    messages,
    insights,
    requests,
    throughputLimit,
    pairLimit,
    managementLimits,
    messagingLimit,
  ];

  const handles = new Set<string>();
  Object.assign(routes, {
    ...messageRoutes(parts),
    ...templateRoutes(parts),
    ...flowRoutes(parts),
    ...flowAssetRoutes(parts),
    ...flowStatusRoutes(parts),
    ...accountRoutes(parts),
    ...mediaRoutes(parts),
    ...uploadRoutes(handles),
    ...analyticsRoutes(parts),
    ...templateBulkRoutes(parts),
    ...phoneSettingsRoutes(parts),
    ...qrCodeRoutes(parts),
    ...phoneRoutes({ ...parts, handles }),
  });

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
    async (control) => controlRoutes(control, { ...parts, clearables, controlToken: options.controlToken }),
    { prefix: '/_control' },
  );
  graphRoutes(app, parts);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log(`graph: call failed; answering ${status}: ${error.stack ?? error.message}`);
    const code = status >= 500 ? 1 : 100;
    return reply.code(status).send({ error: { message: error.message, type: 'OAuthException', code } });
  });

  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const { address, port, family } = app.server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      scheduler.clear();
      review.close();
      await Promise.all([app.close(), webhooks.close()]);
      state.save();
    },
  };
}
