import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ListTemplates, TemplateSyncResult, TemplateView } from '@wbiz/contracts/template';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Nothing } from '../nothing.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { syncTemplates } from './sync-templates.js';

@Controller('v1/templates')
export class TemplatesController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('templates:read')
  @Describe({
    summary: 'List templates',
    description:
      'Your templates, newest first, filtered by status, category, language or a part of the name.',
    answers: { 200: pageOf(TemplateView) },
  })
  list(@Query() query: ListTemplates, @Caller() call: Call) {
    return this.peers.ask('template.list', { ...query, accountId: call.account.id });
  }

  @Get(':id')
  @Scope('templates:read')
  @Describe({
    summary: 'Get template',
    description: 'A template with its components, its status and why Meta rejected it, if it did.',
    answers: { 200: TemplateView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`template ${id}`, this.peers.ask('template.get', { accountId: call.account.id, id }));
  }

  @Post('sync')
  @HttpCode(200)
  @Scope('templates:write')
  @Describe({
    summary: 'Sync templates',
    description:
      'Pulls all templates from Meta. Answers 202 when that takes longer than 30 seconds; it goes on then.',
    answers: { 200: TemplateSyncResult, 202: null },
    problems: ['upstream_error'],
  })
  sync(@Body() _body: Nothing, @Caller() call: Call) {
    return syncTemplates(this.commands, call);
  }
}
