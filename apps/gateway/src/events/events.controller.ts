import { Controller, Get, Query } from '@nestjs/common';
import { EventPage, ReadEvents } from '@wbiz/contracts/feed';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';

/** What the feed itself may take, on top of the wait that was asked for. */
const PATIENCE_MS = 5_000;

@Controller('v1/events')
export class EventsController {
  constructor(private readonly peers: Peers) {}

  @Get()
  @Scope('events:read')
  @Describe({
    summary: 'Poll events',
    description:
      'The same events as webhooks carry, oldest first. Keep nextCursor and come again with ?since=<cursor>; ' +
      'wait holds the request until something comes.',
    answers: { 200: EventPage },
    problems: ['cursor_expired'],
  })
  read(@Query() query: ReadEvents, @Caller() call: Call) {
    const timeoutMs = (query.wait ?? 0) * 1_000 + PATIENCE_MS;
    return this.peers.ask('webhooks', 'feed.read', { ...query, accountId: call.account.id }, { timeoutMs });
  }
}
