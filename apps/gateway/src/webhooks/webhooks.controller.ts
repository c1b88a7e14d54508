import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { Page } from '@wbiz/contracts/page';
import {
  CreateWebhook,
  DeliveryDetail,
  DeliveryView,
  ListDeliveries,
  ReplayView,
  ReplayWebhook,
  UpdateWebhook,
  WebhookStats,
  WebhookTestResult,
  WebhookView,
  WebhookWithSecret,
} from '@wbiz/contracts/webhook';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Nothing } from '../nothing.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { WriteWebhook } from './write-webhook.js';

/** Longer than the 15 s that an endpoint has to answer. */
const TEST_PATIENCE_MS = 20_000;

@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
    private readonly webhooks: WriteWebhook,
  ) {}

  @Get()
  @Scope('webhooks:manage')
  @Describe({
    summary: 'List webhooks',
    description: 'Your webhook subscriptions, newest first.',
    answers: { 200: pageOf(WebhookView) },
  })
  list(@Query() query: Page, @Caller() call: Call) {
    return this.peers.ask('webhook.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('webhooks:manage', { confidential: true })
  @Describe({
    summary: 'Create webhook',
    description:
      'Subscribes a URL to events, up to 50 of them. Returns the signing secret once, so store it. Deliveries are signed ' +
      'as Standard Webhooks has it; the body is the event as the feed has it, with `accountId`.',
    answers: { 201: WebhookWithSecret },
    problems: ['conflict'],
  })
  create(@Body() body: CreateWebhook, @Caller() call: Call) {
    return this.webhooks.create(call, body);
  }

  @Get(':id')
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Get webhook',
    description: 'A single subscription.',
    answers: { 200: WebhookView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`webhook ${id}`, this.peers.ask('webhook.get', { accountId: call.account.id, id }));
  }

  @Patch(':id')
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Update webhook',
    description:
      'Changes the URL, the events or the active state, and what else is given. One that is activated again goes on ' +
      'from where it stood, or from now (`resumeFrom`).',
    answers: { 200: WebhookView },
  })
  update(@Param('id') id: string, @Body() body: UpdateWebhook, @Caller() call: Call) {
    return this.webhooks.update(call, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Delete webhook',
    description: 'Removes a subscription; what was still to be tried again is not.',
    answers: { 204: null },
  })
  async delete(@Param('id') webhookId: string, @Caller() call: Call) {
    await this.commands.execute(call, 'webhook.delete', { webhookId, at: new Date().toISOString() });
  }

  @Post(':id/test')
  @HttpCode(200)
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Test webhook',
    description:
      'Sends a signed sample of type `webhook.test` to your URL and answers what came of it. It never counts against the webhook.',
    answers: { 200: WebhookTestResult },
  })
  test(@Param('id') id: string, @Body() _body: Nothing, @Caller() call: Call) {
    const ask = { accountId: call.account.id, id };
    return found(`webhook ${id}`, this.peers.ask('webhook.test', ask, { timeoutMs: TEST_PATIENCE_MS }));
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Scope('webhooks:manage', { confidential: true })
  @Describe({
    summary: 'Rotate webhook secret',
    description: 'Makes a new signing secret, shown once. For 24 hours the old one signs as well.',
    answers: { 200: WebhookWithSecret },
  })
  rotateSecret(@Param('id') id: string, @Body() _body: Nothing, @Caller() call: Call) {
    return this.webhooks.rotateSecret(call, id);
  }

  @Post(':id/replay')
  @HttpCode(202)
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Replay webhook events',
    description:
      'Delivers the events of a range of time again, in order and beside the live ones: all of them, or only those given ' +
      'up. Each has the `webhook-id` and the bytes it had.',
    answers: { 202: ReplayView },
    problems: ['conflict'],
  })
  replay(@Param('id') id: string, @Body() body: ReplayWebhook, @Caller() call: Call) {
    return this.webhooks.replay(call, id, body);
  }

  @Get(':id/stats')
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Webhook statistics',
    description: 'How far behind it is, and how deliveries went in the last hour and day.',
    answers: { 200: WebhookStats },
  })
  stats(@Param('id') id: string, @Caller() call: Call) {
    return found(`webhook ${id}`, this.peers.ask('webhook.stats', { accountId: call.account.id, id }));
  }

  @Get(':id/deliveries')
  @Scope('webhooks:manage')
  @Describe({
    summary: 'List deliveries',
    description: 'What was delivered in the last 30 days, or is being tried; the newest events first.',
    answers: { 200: pageOf(DeliveryView) },
  })
  deliveries(@Param('id') id: string, @Query() query: ListDeliveries, @Caller() call: Call) {
    const ask = { ...query, accountId: call.account.id, id };
    return found(`webhook ${id}`, this.peers.ask('webhook.deliveries', ask));
  }

  @Get(':id/deliveries/:deliveryId')
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Get delivery',
    description: 'One delivery with all its attempts and what was answered to each.',
    answers: { 200: DeliveryDetail },
  })
  delivery(@Param('id') id: string, @Param('deliveryId') deliveryId: string, @Caller() call: Call) {
    const ask = { accountId: call.account.id, id, deliveryId };
    return found(`delivery ${deliveryId}`, this.peers.ask('webhook.delivery', ask));
  }

  @Post(':id/deliveries/:deliveryId/retry')
  @HttpCode(202)
  @Scope('webhooks:manage')
  @Describe({
    summary: 'Retry delivery',
    description:
      'Delivers once more what was delivered or given up. What is going to be tried again anyway is a 409.',
    answers: { 202: DeliveryDetail },
    problems: ['conflict'],
  })
  async retry(
    @Param('id') webhookId: string,
    @Param('deliveryId') deliveryId: string,
    @Body() _body: Nothing,
    @Caller() call: Call,
  ) {
    const at = new Date().toISOString();
    await this.commands.execute(call, 'webhook.retry', { webhookId, deliveryId, at });
    return this.delivery(webhookId, deliveryId, call);
  }
}
