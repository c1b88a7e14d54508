import {
  applyDecorators,
  Inject,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Rejection } from '@wbiz/eventing/rejection';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { FastifyRequest } from 'fastify';
import { Public } from '../access/route-access.js';
import { FailedSignIns } from './failed-sign-ins.js';
import { sameSecret } from './same-secret.js';

/** Lets in whoever holds ADMIN_TOKEN; no API key opens these routes. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly failedSignIns = new FailedSignIns();

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<{ readonly ADMIN_TOKEN: string }>) {}

  canActivate(context: ExecutionContext): boolean {
    const { ip, id, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    // Before all else: whoever has the token is not kept out by those who have not.
    if (token !== undefined && sameSecret(token, this.runtime.config.ADMIN_TOKEN)) return true;
    const retryAfter = this.failedSignIns.waitOf(ip);
    if (retryAfter > 0)
      throw new Rejection('rate_limited', 'Too many failed sign-ins: 10 within a minute. Try again later.', {
        retryAfter,
      });
    if (token === undefined)
      throw new Rejection('invalid_admin_token', 'Send the admin token: Authorization: Bearer <token>.');
    this.failedSignIns.failed(ip);
    this.runtime.logger.warn({ address: ip, requestId: id }, 'a sign-in with a wrong admin token');
    throw new Rejection('invalid_admin_token', 'The admin token is not the one of this installation.');
  }
}

/** The route is for operators: no API key, but the admin token. */
export const AdminOnly = () => applyDecorators(Public(), UseGuards(AdminGuard));
