import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { AccountAtMeta, AdminAccountView, ConnectAccount, UpdateAccount } from '@wbiz/contracts/account';
import { AdminApiKeyView, CreateApiKey, NewApiKey } from '@wbiz/contracts/api-key';
import { Page } from '@wbiz/contracts/page';
import type { FastifyReply } from 'fastify';
import { AdminOnly } from '../access/route-access.js';
import { Accounts } from '../account/accounts.js';
import { Nothing } from '../nothing.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { ApiKeys } from './api-keys.js';

/** Operator routes: accounts and their API keys. */
@Controller('admin/v1/accounts')
export class AdminController {
  constructor(
    private readonly accounts: Accounts,
    private readonly keys: ApiKeys,
  ) {}

  @Get()
  @AdminOnly()
  @Describe({
    summary: 'List accounts',
    description: 'All connected WhatsApp Business Accounts, newest first.',
    answers: { 200: pageOf(AdminAccountView) },
  })
  list(@Query() page: Page) {
    return this.accounts.list(page);
  }

  @Post()
  @AdminOnly()
  @Describe({
    summary: 'Connect an account',
    description:
      "Checks the access token and the phone numbers with Meta, subscribes the app to the account's webhooks and keeps " +
      'the token sealed. Connecting the same WABA again replaces its token and numbers and answers 200.',
    answers: { 201: AdminAccountView, 200: AdminAccountView },
    problems: ['invalid_access_token', 'upstream_error', 'unavailable'],
  })
  async connect(@Body() body: ConnectAccount, @Res({ passthrough: true }) reply: FastifyReply) {
    const { account, created } = await this.accounts.connect(body);
    reply.code(created ? 201 : 200);
    return account;
  }

  @Get(':id')
  @AdminOnly()
  @Describe({
    summary: 'Get an account',
    description: 'An account with its phone numbers.',
    answers: { 200: AdminAccountView },
  })
  get(@Param('id') id: string) {
    return this.accounts.get(id);
  }

  @Patch(':id')
  @AdminOnly()
  @Describe({
    summary: 'Change an account',
    description:
      'Plan, entitlement, status, throughput, what becomes of sends whose outcome stays unknown, and the words by which people opt out and in again. Setting the status ' +
      'to active also lifts a suspension of which Meta told us; a disconnected account has to be connected again.',
    answers: { 200: AdminAccountView },
    problems: ['conflict'],
  })
  update(@Param('id') id: string, @Body() body: UpdateAccount) {
    return this.accounts.update(id, body);
  }

  @Get(':id/meta')
  @AdminOnly()
  @Describe({
    summary: 'Get an account as Meta has it',
    description:
      'Asks Meta now: the numbers with their quality, limits and names, which apps are subscribed, how long the access token lasts. Nothing of it is kept; connect the account again for that.',
    answers: { 200: AccountAtMeta },
    problems: ['invalid_access_token', 'upstream_error'],
  })
  atMeta(@Param('id') id: string) {
    return this.accounts.atMeta(id);
  }

  @Post(':id/reconnect')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Connect an account again',
    description:
      'With the access token that is kept: checks it and the numbers with Meta, subscribes the app, and keeps what Meta says of the numbers.',
    answers: { 200: AdminAccountView },
    problems: ['invalid_access_token', 'upstream_error'],
  })
  reconnect(@Param('id') id: string, @Body() _body: Nothing) {
    return this.accounts.reconnect(id);
  }

  @Get(':id/keys')
  @AdminOnly()
  @Describe({
    summary: 'List API keys',
    description: 'The API keys of an account, newest first, revoked ones included.',
    answers: { 200: pageOf(AdminApiKeyView) },
  })
  listKeys(@Param('id') id: string, @Query() page: Page) {
    return this.keys.list(id, page);
  }

  @Post(':id/keys')
  @AdminOnly()
  @Describe({
    summary: 'Create an API key',
    description: 'The answer holds the whole `key`, this once: only a hash of its secret is kept.',
    example: { name: 'Order system', scopes: ['messages:send', 'messages:read'] },
    answers: { 201: NewApiKey },
  })
  createKey(@Param('id') id: string, @Body() body: CreateApiKey) {
    return this.keys.create(id, body);
  }

  @Post(':id/console-keys')
  @AdminOnly()
  @Describe({
    summary: 'Create a key of the console',
    description:
      'An API key with all scopes for 15 minutes, by which the console calls the public API. It stands in no list.',
    answers: { 201: NewApiKey },
  })
  createConsoleKey(@Param('id') id: string, @Body() _body: Nothing) {
    return this.keys.createForConsole(id);
  }

  @Delete(':id/keys/:keyId')
  @HttpCode(204)
  @AdminOnly()
  @Describe({
    summary: 'Revoke an API key',
    description: 'It stops working everywhere within a second. Revoking it again changes nothing.',
    answers: { 204: null },
  })
  revokeKey(@Param('id') id: string, @Param('keyId') keyId: string, @Query() _query: Nothing) {
    return this.keys.revoke(id, keyId);
  }
}
