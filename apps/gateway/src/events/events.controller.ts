import { Controller, Get, Inject, Query } from '@nestjs/common';
import { EventPage, ReadEvents } from '@wbiz/contracts/feed';
import { Peers } from '@wbiz/service-kit/peers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';
import { readFeed } from './read-feed.js';

@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly peers: Peers,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Get()
  @Scope('events:read')
  @Describe({
    summary: 'Poll events',
    description:
      'The same events as webhooks carry, oldest first. Keep nextCursor and come again with ?since=<cursor>; ' +
      'wait holds the request until something comes. ?since=now answers the cursor of the end, ?before=now the latest events.',
    answers: { 200: EventPage },
    problems: ['cursor_expired'],
  })
  read(@Query() query: ReadEvents, @Caller() call: Call) {
    return readFeed({ ...query, accountId: call.account.id }, this.peers, this.runtime.stopping);
  }
}
