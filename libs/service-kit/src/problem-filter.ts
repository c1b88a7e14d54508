import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { PROBLEMS } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from './logging.js';

/** An RFC 9457 body. `errors` and other fields of a rejection's details are added to these fields. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly [extension: string]: unknown;
};

type Known = { readonly status: number; readonly title: string };
const known = PROBLEMS as Readonly<Record<string, Known>>;

// Our code for a 4xx of Fastify or Nest; any other 4xx becomes `malformed_request`.
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'unavailable',
};
const FASTIFY_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The Content-Type must be application/json.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than this route takes.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
  FST_ERR_BAD_URL: 'The path is not a valid URL.',
};
const RETRY_AFTER_SECONDS: Readonly<Record<number, number>> = { 429: 1, 503: 1 };
const INTERNAL = new Rejection(
  'internal_error',
  'Something went wrong on our side. The request id helps us to find out what.',
);

/** Names of temporary errors; the client gets 503 `unavailable` for them. */
const PASSING = new Set(['CommandTimeout', 'PeerUnavailable', 'NotCaughtUp']);

/** Turns any error into the rejection that the client gets; `internal_error` reveals nothing of the error. */
export function rejectionOf(error: unknown): Rejection {
  if (error instanceof Rejection) return error.code in known ? error : INTERNAL;
  if (error instanceof HttpException && error.getStatus() < 500)
    return ofStatus(error.getStatus(), error.cause ?? error);
  if (!(error instanceof Error)) return INTERNAL;
  if (PASSING.has(error.name))
    return new Rejection('unavailable', 'A part of the service does not answer at present. Try again.');
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? ofStatus(status, error) : INTERNAL;
}

function ofStatus(status: number, cause: unknown): Rejection {
  const { code = '', message } = cause as { code?: string; message: string };
  if (cause instanceof SyntaxError || /JSON/.test(code))
    return new Rejection('malformed_json', 'The body is not valid JSON.');
  return new Rejection(
    CODE_OF_STATUS[status] ?? 'malformed_request',
    FASTIFY_DETAILS[code] ?? sentence(message),
  );
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The body of a refusal. A list in `details` becomes `errors`; an object's fields are merged into the body. */
export function problemOf({ code, message, details }: Rejection, requestId: string): Problem {
  const { status, title } = known[code]!;
  const extensions = Array.isArray(details)
    ? { errors: details as unknown[] }
    : (details as object | undefined);
  return { ...extensions, type: `urn:wbiz:problem:${code}`, title, status, detail: message, code, requestId };
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  const retryAfter = problem['retryAfter'] ?? RETRY_AFTER_SECONDS[problem.status];
  if (typeof retryAfter === 'number') reply.header('retry-after', Math.ceil(retryAfter));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  // Sent as bytes: to a text Fastify would add a charset, which this media type does not have.
  void reply
    .code(problem.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Answers every error of an HTTP route as application/problem+json. `allowed` lists the methods of a path. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowed: (path: string) => readonly string[],
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const rejection = this.wrongMethod(request, reply) ?? rejectionOf(error);
    const problem = problemOf(rejection, request.id);
    const { method, routeOptions } = request;
    if (problem.status === 500)
      this.logger.error(
        { err: error, requestId: request.id, method, route: routeOptions?.url },
        reply.sent
          ? 'public API: request failed after its answer was sent; nothing more is sent'
          : 'public API: request failed; answering 500',
      );
    if (!reply.sent) sendProblem(reply, problem);
  }

  /** The 405, with Allow, for a path that has routes of other methods only (RFC 9110, 15.5.6). */
  private wrongMethod({ is404, method, url }: FastifyRequest, reply: FastifyReply): Rejection | undefined {
    if (!is404) return;
    const methods = this.allowed(url.split('?')[0]!);
    if (!methods.length || methods.includes(method)) return;
    reply.header('allow', methods.join(', '));
    return new Rejection('method_not_allowed', `This address takes ${methods.join(', ')}.`);
  }
}
