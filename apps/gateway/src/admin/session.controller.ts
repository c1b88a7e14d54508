import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { SessionView } from '@wbiz/contracts/account';
import { Rejection } from '@wbiz/eventing/rejection';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminOnly } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';
import { OperatorSessions, sessionCookie } from './operator-sessions.js';
import { bearerIn } from './sign-in.js';

/** Operator routes: the console's session. */
@Controller('admin/v1/session')
export class SessionController {
  constructor(
    private readonly sessions: OperatorSessions,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Post()
  @AdminOnly()
  @Describe({
    summary: 'Begin a session',
    description:
      'For a browser: the answer sets a cookie that stands for the admin token for 12 hours, in requests with the header `X-WBIZ-Console: 1`. Another admin token ends all sessions. A session cannot begin another: it would never end.',
    answers: { 201: SessionView },
  })
  async begin(
    @Req() { headers, ip, id, protocol }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    // Requires the token itself: `@AdminOnly` also admits a session.
    if (bearerIn(headers) === undefined)
      throw new Rejection(
        'invalid_admin_token',
        'A session begins with the admin token: Authorization: Bearer <token>.',
      );
    const { secret, expiresAt } = await this.sessions.begin();
    this.runtime.logger.info(
      { address: ip, requestId: id, expiresAt },
      'operator sign-in: session begun; it ends at expiresAt at the latest',
    );
    reply.header('set-cookie', sessionCookie(secret, protocol === 'https'));
    return { expiresAt: expiresAt.toISOString() };
  }

  @Get()
  @AdminOnly()
  @Describe({
    summary: 'Get the session',
    description: 'Until when the session of this browser lasts; 404 for who sends the admin token itself.',
    answers: { 200: SessionView },
  })
  async get(@Req() { headers }: FastifyRequest) {
    const expiresAt = await this.sessions.endOf(headers);
    if (!expiresAt) throw new Rejection('not_found', 'This request has no session.');
    return { expiresAt: expiresAt.toISOString() };
  }

  @Delete()
  @HttpCode(204)
  @AdminOnly()
  @Describe({
    summary: 'End the session',
    description: 'On every gateway, and the cookie goes.',
    answers: { 204: null },
  })
  async end(@Req() { headers, protocol }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.sessions.end(headers);
    reply.header('set-cookie', sessionCookie(null, protocol === 'https'));
  }
}
