import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ListTemplates, TemplateSyncResult, TemplateView } from '@wbiz/contracts/template';
import { PreviewTemplate, queriedValues, TemplatePreview } from '@wbiz/contracts/template/preview';
import { renderTemplate } from '@wbiz/contracts/template/rendering';
import { CreateTemplate, UpdateTemplate } from '@wbiz/contracts/template/writes';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Nothing } from '../nothing.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { syncTemplates } from './sync-templates.js';
import { TemplateWrites } from './write-template.js';

const SUBMITTED = [
  'conflict',
  'media_not_found',
  'rejected_by_meta',
  'upstream_error',
  'outcome_pending',
] as const;
const OUTCOMES = `What Meta refuses is a 422 \`rejected_by_meta\` with its code and subcode; a fault of Meta's, or an access token that it does
not take, a 502; where Meta is out of reach, or takes no more for now, a 503, and nothing was done. Where its answer does
not come within 10 seconds it is a 504 \`outcome_pending\` with the template's id.`;

@Controller('v1/templates')
export class TemplatesController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
    private readonly writes: TemplateWrites,
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

  @Post()
  @Scope('templates:write')
  @Describe({
    summary: 'Create template',
    description: `Creates a template and submits it to Meta for approval in one call; with \`submit: false\` it stays a draft. It is checked by
Meta's rules first: whatever they would refuse is named with its place. The sample of a media header may be the id of
uploaded media or an https link; both are uploaded to Meta. A name has one template per language: another is a 409, and so
is a name that Meta still blocks because its template was deleted. Meta's review tells its end by \`template.status\`.

${OUTCOMES}`,
    answers: { 201: TemplateView },
    problems: SUBMITTED,
  })
  create(@Body() body: CreateTemplate, @Caller() call: Call) {
    return this.writes.create(body, call);
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

  @Get(':id/preview')
  @Scope('templates:read')
  @Describe({
    summary: 'Preview template',
    description:
      'What a person will see of the template with these values. A variable without a value stays as it is; `faults` tells what a send would be refused for.',
    answers: { 200: TemplatePreview },
  })
  async preview(@Param('id') id: string, @Query() query: PreviewTemplate, @Caller() call: Call) {
    const [variables, buttonVariables] = [query.variables, query.buttonVariables].map(queriedValues);
    const { rendered, faults } = renderTemplate(await this.get(id, call), {
      ...(variables && { variables }),
      ...(buttonVariables && { buttonVariables }),
    });
    return { ...rendered, faults };
  }

  @Patch(':id')
  @Scope('templates:write')
  @Describe({
    summary: 'Update template',
    description: `Edits a draft (\`submit: true\` submits it), or resubmits a template that was rejected, paused or approved. Components are
replaced as a whole; examples that are missing are those of the stored component with as many variables. Name and language
stay. A template in review or disabled cannot be changed (409). An approved one can be edited once in 24 hours and 10 times
in 30 days, and keeps its category; the 409 names the next time in \`nextEditAt\`. It can be sent as it was until Meta has
taken the edit, then when Meta has approved it again.

${OUTCOMES}`,
    answers: { 200: TemplateView },
    problems: SUBMITTED,
  })
  update(@Param('id') id: string, @Body() body: UpdateTemplate, @Caller() call: Call) {
    return this.writes.update(id, body, call);
  }

  @Delete(':id')
  @HttpCode(204)
  @Scope('templates:write')
  @Describe({
    summary: 'Delete template',
    description: `Deletes a template here and at Meta, in this language only. Meta then blocks the name of an approved one for 30 days. One that
Meta has disabled cannot be deleted (409).

${OUTCOMES}`,
    answers: { 204: null },
    problems: ['conflict', 'rejected_by_meta', 'upstream_error', 'outcome_pending'],
  })
  delete(@Param('id') id: string, @Caller() call: Call) {
    return this.writes.delete(id, call);
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
