import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { newId } from '@wbiz/contracts/ids';
import {
  CreateQuickReply,
  ListQuickReplies,
  QuickReplyView,
  UpdateQuickReply,
} from '@wbiz/contracts/quick-reply';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { Describe, pageOf } from '../openapi/describe.js';

@Controller('v1/quick-replies')
export class QuickRepliesController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('quick_replies:read')
  @Describe({
    summary: 'List quick replies',
    description: 'Saved canned responses with shortcuts, newest first.',
    answers: { 200: pageOf(QuickReplyView) },
  })
  list(@Query() query: ListQuickReplies, @Caller() call: Call) {
    return this.peers.ask('quick-reply.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('quick_replies:write')
  @Describe({
    summary: 'Create quick reply',
    description:
      'Saves a canned response keyed by a shortcut. A shortcut that another has, in any case, is a 409.',
    answers: { 201: QuickReplyView },
    problems: ['conflict'],
  })
  create(@Body() body: CreateQuickReply, @Caller() call: Call) {
    const at = new Date();
    const quickReplyId = newId('qrp', at.getTime());
    return this.commands.execute(call, 'quick-reply.create', { ...body, quickReplyId, at: at.toISOString() });
  }

  @Patch(':id')
  @Scope('quick_replies:write')
  @Describe({
    summary: 'Update quick reply',
    description: 'Changes what is given of a quick reply.',
    answers: { 200: QuickReplyView },
    problems: ['conflict'],
  })
  update(@Param('id') quickReplyId: string, @Body() body: UpdateQuickReply, @Caller() call: Call) {
    const at = new Date().toISOString();
    return this.commands.execute(call, 'quick-reply.update', { ...body, quickReplyId, at });
  }

  @Delete(':id')
  @HttpCode(204)
  @Scope('quick_replies:write')
  @Describe({
    summary: 'Delete quick reply',
    description: 'Removes a quick reply; its shortcut is free again.',
    answers: { 204: null },
  })
  async delete(@Param('id') quickReplyId: string, @Caller() call: Call) {
    await this.commands.execute(call, 'quick-reply.delete', { quickReplyId, at: new Date().toISOString() });
  }
}
