import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { FlowView, ListFlows } from '@wbiz/contracts/flow';
import { SendFlow } from '@wbiz/contracts/send';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { found } from '../found.js';
import { Sends } from '../messages/sends.js';
import { Describe, pageOf, sent } from '../openapi/describe.js';
import { flowToSend } from './flow-to-send.js';

@Controller('v1/flows')
export class FlowsController {
  constructor(
    private readonly peers: Peers,
    private readonly sends: Sends,
  ) {}

  @Get()
  @Scope('flows:read')
  @Describe({
    summary: 'List flows',
    description: 'Published WhatsApp Flows, newest first; those of another `status` where one is given.',
    answers: { 200: pageOf(FlowView) },
  })
  list(@Query() query: ListFlows, @Caller() call: Call) {
    return this.peers.ask('flow.list', { ...query, accountId: call.account.id });
  }

  @Get(':id')
  @Scope('flows:read')
  @Describe({
    summary: 'Get flow',
    description: 'A flow, in whatever status.',
    answers: { 200: FlowView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`flow ${id}`, this.peers.ask('flow.get', { accountId: call.account.id, id }));
  }

  @Post(':id/send')
  @Scope('flows:write')
  @Describe({
    summary: 'Send flow',
    description:
      'Sends a message with a button that opens a flow, while the 24 hour customer service window is open. Only a published flow is sent, and a draft with `mode` draft; any other is a 409 that says its status. What the person fills in comes as `message.received` of kind `flow_reply`, whose `payload` holds the answer, `flowId` and, of this message, `flowMessageId`.',
    ...sent('flow'),
  })
  send(@Param('id') id: string, @Body() body: SendFlow, @Caller() call: Call) {
    return this.sends.send('flow', () => flowToSend(this.peers, id, body, call), call);
  }
}
