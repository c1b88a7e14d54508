import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { ManagementLimits } from '../account/management-limits.js';
import type { Behaviour, Fault } from '../control/behaviour.js';
import type { RequestLog } from '../control/request-log.js';
import {
  GraphRefusal,
  invalidVersion,
  refuse,
  tokenExpired,
  tokenMissing,
  unknownObject,
} from './graph-error.js';
import { readParameters, type Parameters } from './graph-parameters.js';
import { metaJson } from './meta-json.js';
import type { Node } from './nodes.js';
import type { State } from './state.js';

export type GraphCall = {
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  readonly version: string;
  readonly token: string;
  readonly params: Parameters['params'];
  readonly file: Parameters['file'];
  /** The body as received: text for JSON and forms, bytes otherwise. */
  readonly body: unknown;
  readonly headers: FastifyRequest['headers'];
  /** True if the call got a `hold` fault: the template message is accepted and no status follows. */
  readonly held: boolean;
  /** Scheme and host of the request. */
  readonly origin: string;
};

/** An answer that is not JSON. */
export class FileAnswer {
  constructor(
    readonly httpStatus: number,
    readonly headers: Readonly<Record<string, string>>,
    readonly bytes: Buffer,
  ) {}
}

/** Returns a file, an object, or JSON text escaped as Meta's. Throws a GraphRefusal to refuse the call. */
export type GraphHandler = (call: GraphCall) => FileAnswer | object | string;

type Exchange = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The URL's path with the version, without the query. */
  readonly path: string;
  readonly parameters: Parameters;
  readonly fault: Fault | undefined;
};

type Answer = { readonly content: string | FileAnswer; readonly refused?: GraphRefusal };

const APP_USAGE = '{"call_count":1,"total_cputime":1,"total_time":1}';

// Meta's versions in November 2026. A call to an earlier version is served as the oldest, with a warning (Graph API, versioning).
const OLDEST = 21;
const NEWEST = 26;

/** The request's URL without the leading version (`/v26.0`): the router's paths have none. */
export const withoutVersion = (url: string) => url.replace(/^\/v[\d.]+(?=\/|\?|$)/, '') || '/';

export type Graph = ReturnType<typeof graphMiddleware>;

/** Wraps the handlers of all Graph routes: faults, token, parameters, Meta's headers and errors, latency, request log. */
export function graphMiddleware({
  state,
  behaviour,
  managementLimits,
  requests,
}: {
  state: State;
  behaviour: Behaviour;
  managementLimits: ManagementLimits;
  requests: RequestLog;
}) {
  const breakConnection = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    request.raw.socket.resetAndDestroy();
  };

  /** Calls the handler; returns its result or refusal in Meta's format. Sets the headers that depend on the call. */
  const ask = (handler: GraphHandler, { request, reply, path, parameters, fault }: Exchange): Answer => {
    const { params, file } = parameters;
    const { method, body, headers } = request;
    const at = request.params as Record<string, string>;
    const wabaId = state.nodes.get(at['id'] ?? '')?.wabaId;
    if (wabaId !== undefined) reply.header('x-business-use-case-usage', usage(wabaId, at['edge']));
    try {
      const version = effectiveVersion(path, reply);
      if (fault?.kind === 'error') throw refuse(fault.code ?? 131000, undefined, fault.httpStatus);
      const token = tokenOf(request, params);
      const origin = `http://${headers.host}`;
      const held = fault?.kind === 'hold';
      const result = handler({ method, path: at, version, token, params, file, body, headers, held, origin });
      return {
        content: typeof result === 'string' || result instanceof FileAnswer ? result : metaJson(result),
      };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      if (wabaId === undefined) reply.header('x-app-usage', APP_USAGE);
      return { content: metaJson(error.body), refused: error };
    }
  };

  const send = (reply: FastifyReply, method: string, { content, refused }: Answer) => {
    if (content instanceof FileAnswer)
      return reply.code(content.httpStatus).headers(content.headers).send(content.bytes);
    reply.header('content-type', 'application/json; charset=UTF-8');
    if (refused !== undefined)
      return reply
        .code(refused.httpStatus)
        .header('cache-control', 'no-store')
        .header('x-fb-request-id', refused.body.error.fbtrace_id)
        .header('www-authenticate', challenge(refused))
        .send(content);
    if (method === 'GET') reply.header('etag', `"${createHash('sha1').update(content).digest('hex')}"`);
    return reply.header('cache-control', 'private, no-cache, no-store, must-revalidate').send(content);
  };

  // Synchronous where possible: in benchmarks the simulator shares the CPU with the services measured.
  const serve = (handler: GraphHandler) => (request: FastifyRequest, reply: FastifyReply) => {
    const { method, originalUrl } = request;
    const mark = originalUrl.indexOf('?');
    const path = mark < 0 ? originalUrl : originalUrl.slice(0, mark);
    const note = (status: number | null, code: number | null) =>
      requests.add({ at: Date.now(), method, path, status, code });

    const act = (parameters: Parameters): void => {
      const { params } = parameters;
      const fault = behaviour.faultOf(path, params);
      if (fault?.kind === 'reset' || fault?.kind === 'hang') {
        note(null, null);
        if (fault.kind === 'reset') breakConnection(request, reply);
        else reply.hijack();
        return;
      }
      const answer = ask(handler, { request, reply, path, parameters, fault });
      const code = answer.refused?.body.error.code ?? null;
      if (fault?.kind === 'accept_then_reset') {
        note(null, code);
        breakConnection(request, reply);
        return;
      }
      const finish = () => {
        const { content, refused } = answer;
        note(refused?.httpStatus ?? (content instanceof FileAnswer ? content.httpStatus : 200), code);
        send(reply, method, answer);
      };
      const latency = behaviour.latency();
      if (latency > 0) setTimeout(finish, latency);
      else finish();
    };

    const read = readParameters(request, mark < 0 ? undefined : originalUrl.slice(mark));
    if (read instanceof Promise) read.then(act).catch((error: unknown) => void reply.send(error));
    else act(read);
  };

  const tokenOf = (request: FastifyRequest, params: Record<string, unknown>): string => {
    const bearer = /^(?:Bearer|OAuth) +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? params['access_token'];
    delete params['access_token'];
    if (typeof token !== 'string' || token === '') throw tokenMissing();
    if (token.startsWith('simulator-expired')) throw tokenExpired();
    if (!state.tokens.has(token)) throw refuse(190);
    return token;
  };

  /** The node with this id if it is of one of these kinds and the token may see it; throws if not. */
  const node = <K extends Node['kind']>({ method, token }: GraphCall, id: string, ...kinds: readonly K[]) => {
    const found = state.nodes.get(id);
    const visible =
      found !== undefined &&
      state.tokens.get(token)?.has(found.wabaId) === true &&
      (found.kind !== 'media' || state.media(id) !== undefined);
    if (!visible || !(kinds as readonly string[]).includes(found.kind)) throw unknownObject(method, id);
    return found as Extract<Node, { kind: K }>;
  };

  /** Like `node`, and counts the call against the WABA's hourly limit of management calls. */
  const managedNode = <K extends Node['kind']>(call: GraphCall, id: string, ...kinds: readonly K[]) => {
    const found = node(call, id, ...kinds);
    managementLimits.checkCall(found.wabaId);
    return found;
  };

  return { serve, node, managedNode };
}

function effectiveVersion(path: string, reply: FastifyReply): string {
  const [, asked, major] = /^\/(v(?:(\d{1,2})\.\d)?[\d.]*)(?=\/|$)/.exec(path) ?? [];
  if (asked !== undefined && (major === undefined || asked.length > 5)) throw invalidVersion(asked);
  const effective = `v${Math.min(Math.max(Number(major ?? OLDEST), OLDEST), NEWEST)}.0`;
  reply.header('facebook-api-version', effective);
  if (Number(major) < OLDEST) {
    const warning = `The call has been auto-upgraded to ${effective} as ${asked} has been deprecated.`;
    reply.header('x-ad-api-version-warning', warning);
  }
  return effective;
}

const usage = (wabaId: string, edge: string | undefined) =>
  `{"${wabaId}":[{"type":"${edge === 'messages' ? 'whatsapp' : 'whatsapp_business_management'}","call_count":1,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0}]}`;

const challenge = ({ body: { error } }: GraphRefusal) =>
  `OAuth "Facebook Platform" "${error.code === 190 ? 'invalid_token' : 'invalid_request'}" ${JSON.stringify(error.message).replace(/[^\x20-\x7e]/g, '?')}`;
