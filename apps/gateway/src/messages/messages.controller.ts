import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { AsyncReceipt, MessageView, SendReceipt, SendTemplate, SendText } from '@wbiz/contracts/message';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Describe, SEND_PROBLEMS } from '../openapi/describe.js';
import { found } from '../found.js';
import { Sends } from './sends.js';

const SENT = { answers: { 201: SendReceipt, 202: AsyncReceipt }, problems: SEND_PROBLEMS };

@Controller('v1/messages')
export class MessagesController {
  constructor(
    private readonly sends: Sends,
    private readonly peers: Peers,
  ) {}

  @Post('text')
  @Scope('messages:send')
  @Describe({
    summary: 'Send text',
    description: 'Sends a plain text. Delivers only while the 24 hour customer service window is open.',
    ...SENT,
  })
  text(@Body() body: SendText, @Caller() call: Call) {
    return this.sends.send('text', body, call);
  }

  @Post('template')
  @Scope('messages:send')
  @Describe({
    summary: 'Send template',
    description: 'Sends an approved template, at any time. It is checked against the stored template first.',
    ...SENT,
  })
  template(@Body() body: SendTemplate, @Caller() call: Call) {
    return this.sends.send('template', body, call);
  }

  @Get(':id')
  @Scope('messages:read')
  @Describe({
    summary: 'Get message',
    description: 'A message sent or received, with the history of its status.',
    answers: { 200: MessageView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(
      `message ${id}`,
      this.peers.ask('messaging', 'message.get', { accountId: call.account.id, id }),
    );
  }
}
