import { Rejection } from '@wbiz/eventing/rejection';
import type { Logger } from '@wbiz/service-kit/logging';
import type { FastifyRequest } from 'fastify';
import { FailedSignIns } from './failed-sign-ins.js';
import type { OperatorSessions } from './operator-sessions.js';
import { sameSecret } from './same-secret.js';

/** The admin token in a request's Authorization header. */
export const bearerIn = ({
  authorization,
}: {
  readonly authorization?: string | undefined;
}): string | undefined => /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

/** Admits the admin token or a session begun with it. Throws `invalid_admin_token` or `rate_limited`. */
export function operatorSignIn(
  adminToken: string,
  sessions: Pick<OperatorSessions, 'endOf'>,
  logger: Logger,
  onLimited: () => void,
) {
  const failedSignIns = new FailedSignIns();
  return async ({ ip, id, headers }: FastifyRequest): Promise<void> => {
    const token = bearerIn(headers);
    // Check the token first: failures from a shared address must not lock its holder out.
    if (token !== undefined && sameSecret(token, adminToken)) return;
    if (token === undefined && (await sessions.endOf(headers))) return;
    const retryAfter = failedSignIns.waitOf(ip);
    if (retryAfter > 0) {
      onLimited();
      throw new Rejection('rate_limited', 'Too many failed sign-ins: 10 within a minute. Try again later.', {
        retryAfter,
      });
    }
    if (token === undefined)
      throw new Rejection('invalid_admin_token', 'Send the admin token: Authorization: Bearer <token>.');
    failedSignIns.failed(ip);
    logger.warn({ address: ip, requestId: id }, 'operator sign-in: wrong admin token; answering 401');
    throw new Rejection('invalid_admin_token', 'The admin token is not the one of this installation.');
  };
}
