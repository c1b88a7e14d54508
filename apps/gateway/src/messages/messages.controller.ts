import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { BatchReceipt, SendBatch } from '@wbiz/contracts/batch';
import { ListMessages, MessageView, ReadMessage } from '@wbiz/contracts/message';
import {
  SendContacts,
  SendInteractive,
  SendLocation,
  SendMedia,
  SendReaction,
  SendText,
  SendTemplate,
} from '@wbiz/contracts/send';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { Describe, pageOf, sent } from '../openapi/describe.js';
import { found } from '../found.js';
import { markRead } from './mark-read.js';
import { sendBatch } from './send-batch.js';
import { Sends } from './sends.js';

const BATCH = `Sends up to 500 messages of any kind, in their order per person. It never waits for Meta: each row is answered with
the id of an accepted message, or with the error that the same send by itself would have had; a bad row does not touch
the others. Each row counts against the limit of the key; a batch of more rows than the limit can ever give at once is a 422. An
\`Idempotency-Key\` holds for the batch as a whole: a row answered with \`unavailable\` was not sent and goes into another batch.`;

@Controller('v1/messages')
export class MessagesController {
  constructor(
    private readonly sends: Sends,
    private readonly commands: Commands,
    private readonly peers: Peers,
  ) {}

  @Post('text')
  @Scope('messages:send')
  @Describe({
    summary: 'Send text',
    description:
      'Sends a plain text. Delivers only while the 24 hour customer service window is open: outside it the answer is 422 `service_window_closed`. For a day after the account was connected a window that is not known is left to Meta, and a send to a closed one is accepted and fails (131047).',
    ...sent('text'),
  })
  text(@Body() body: SendText, @Caller() call: Call) {
    return this.sends.send('text', body, call);
  }

  @Post('template')
  @Scope('messages:send')
  @Describe({
    summary: 'Send template',
    description:
      'Sends an approved template, at any time. It is checked against the stored template first. One of the category MARKETING to somebody who opted out is refused (`recipient_opted_out`).',
    ...sent('template'),
  })
  template(@Body() body: SendTemplate, @Caller() call: Call) {
    return this.sends.send('template', body, call);
  }

  @Post('media')
  @Scope('messages:send')
  @Describe({
    summary: 'Send media',
    description: 'Sends an image, video, document, audio or sticker by mediaId or public link.',
    ...sent('media'),
  })
  media(@Body() body: SendMedia, @Caller() call: Call) {
    return this.sends.send('media', body, call);
  }

  @Post('interactive')
  @Scope('messages:send')
  @Describe({
    summary: 'Send interactive',
    description: 'Sends up to 3 buttons, a list of up to 10 rows, or a button that opens a link.',
    ...sent('interactive'),
  })
  interactive(@Body() body: SendInteractive, @Caller() call: Call) {
    return this.sends.send('interactive', body, call);
  }

  @Post('location')
  @Scope('messages:send')
  @Describe({
    summary: 'Send location',
    description: 'Shares a pin with an optional name and address.',
    ...sent('location'),
  })
  location(@Body() body: SendLocation, @Caller() call: Call) {
    return this.sends.send('location', body, call);
  }

  @Post('reaction')
  @Scope('messages:send')
  @Describe({
    summary: 'Send reaction',
    description: 'Reacts to a message with an emoji, or takes the reaction back with an empty one.',
    ...sent('reaction'),
  })
  reaction(@Body() body: SendReaction, @Caller() call: Call) {
    return this.sends.send('reaction', body, call);
  }

  @Post('contacts')
  @Scope('messages:send')
  @Describe({
    summary: 'Send contacts',
    description: 'Sends one or more contacts, which the person can save.',
    ...sent('contacts'),
  })
  contacts(@Body() body: SendContacts, @Caller() call: Call) {
    return this.sends.send('contacts', body, call);
  }

  @Post('batch')
  @HttpCode(202)
  @Scope('messages:send', { bodyLimit: 8 * 1_048_576 })
  @Describe({
    summary: 'Send batch',
    description: BATCH,
    answers: { 202: BatchReceipt },
    problems: ['not_entitled', 'account_suspended'],
  })
  batch(@Body() body: SendBatch, @Caller() call: Call) {
    return sendBatch(this.commands, body, call);
  }

  @Get()
  @Scope('messages:read')
  @Describe({
    summary: 'List messages',
    description: 'Messages sent and received, newest first, filtered by status, recipient or time.',
    answers: { 200: pageOf(MessageView) },
  })
  list(@Query() query: ListMessages, @Caller() call: Call) {
    return this.peers.ask('message.list', { ...query, accountId: call.account.id });
  }

  @Get(':id')
  @Scope('messages:read')
  @Describe({
    summary: 'Get message',
    description: 'A message sent or received, with the history of its status.',
    answers: { 200: MessageView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`message ${id}`, this.peers.ask('message.get', { accountId: call.account.id, id }));
  }

  @Post(':id/read')
  @HttpCode(200)
  @Scope('messages:send')
  @Describe({
    summary: 'Mark message read',
    description:
      'Marks a message that was received, and those before it, as read; with `typing`, the person sees for up to 25 seconds that an answer is being typed. Answers with the message once Meta knows.',
    answers: { 200: MessageView },
    problems: ['rejected_by_meta', 'upstream_error', 'outcome_pending'],
  })
  read(@Param('id') id: string, @Body() body: ReadMessage, @Caller() call: Call) {
    const { commands, peers } = this;
    return markRead({ commands, peers }, id, body, call);
  }
}
