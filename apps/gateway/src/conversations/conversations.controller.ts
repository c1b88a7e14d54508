import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ConversationView, ListConversations, UpdateConversation } from '@wbiz/contracts/conversation';
import { ConversationMessage } from '@wbiz/contracts/message';
import { Page } from '@wbiz/contracts/page';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { updateConversation } from './update-conversation.js';

@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('inbox:read')
  @Describe({
    summary: 'List conversations',
    description:
      'Conversations with contact, channel, status, last message and unread count, the one with the newest message first.',
    answers: { 200: pageOf(ConversationView) },
  })
  list(@Query() query: ListConversations, @Caller() call: Call) {
    return this.peers.ask('conversation.list', { ...query, accountId: call.account.id });
  }

  @Get(':id')
  @Scope('inbox:read')
  @Describe({
    summary: 'Get conversation',
    description: 'A single conversation by id.',
    answers: { 200: ConversationView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(
      `conversation ${id}`,
      this.peers.ask('conversation.get', { accountId: call.account.id, id }),
    );
  }

  @Get(':id/messages')
  @Scope('inbox:read')
  @Describe({
    summary: 'List messages in a conversation',
    description: 'Messages in a conversation, newest first, with direction, kind, body and status.',
    answers: { 200: pageOf(ConversationMessage) },
  })
  messages(@Param('id') id: string, @Query() query: Page, @Caller() call: Call) {
    return found(
      `conversation ${id}`,
      this.peers.ask('conversation.messages', { ...query, accountId: call.account.id, id }),
    );
  }

  @Patch(':id')
  @Scope('inbox:write')
  @Describe({
    summary: 'Update conversation',
    description:
      'Closes or opens a conversation, or says who answers. What a person writes opens a closed one again.',
    answers: { 200: ConversationView },
  })
  update(@Param('id') id: string, @Body() body: UpdateConversation, @Caller() call: Call) {
    const { commands, peers } = this;
    return updateConversation({ commands, peers }, id, body, call);
  }
}
