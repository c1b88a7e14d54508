import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { AudiencePreview, PreviewAudience } from '@wbiz/contracts/campaign-plan';
import {
  CampaignProgress,
  CampaignView,
  CreateCampaign,
  ListCampaigns,
  ListRecipients,
  RecipientView,
  RetryFailed,
  UpdateCampaign,
} from '@wbiz/contracts/campaign';
import { Peers } from '@wbiz/service-kit/peers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Nothing } from '../nothing.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { previewAudience } from './preview-audience.js';
import { RECIPIENT_COLUMNS, recipientsOf } from './recipients.js';
import { WriteCampaign } from './write-campaign.js';

const WRITTEN = [
  'not_entitled',
  'template_not_found',
  'media_not_found',
  'account_suspended',
  'template_not_approved',
  'phone_number_not_found',
  'template_variables_mismatch',
  'outcome_pending',
] as const;
const CHANGED = ['conflict', 'outcome_pending'] as const;

@Controller('v1/campaigns')
export class CampaignsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
    private readonly campaigns: WriteCampaign,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  @Get()
  @Scope('campaigns:read')
  @Describe({
    summary: 'List campaigns',
    description: 'Your broadcasts with status, newest first.',
    answers: { 200: pageOf(CampaignView) },
  })
  list(@Query() query: ListCampaigns, @Caller() call: Call) {
    return this.peers.ask('campaign.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('campaigns:write')
  @Describe({
    summary: 'Create campaign',
    description: `Creates a broadcast: one template to an audience, at once or at a time. The audience is resolved here, when the
campaign starts, and then stays as it is. Who has not opted in is skipped, and so is who lacks a value that the template
takes. Texts of the template may hold \`{{contact.name}}\`, \`{{contact.phone}}\`, \`{{contact.email}}\` and
\`{{contact.customFields.<key>}}\`, each with a fallback: \`{{contact.name|friend}}\`. The template must be approved; that of a
scheduled campaign may be in review or a draft until it starts. Single sends go before those of campaigns.
\`campaign.status\` tells how it goes.`,
    answers: { 201: CampaignView },
    problems: WRITTEN,
  })
  create(@Body() body: CreateCampaign, @Caller() call: Call) {
    return this.campaigns.create(call, body);
  }

  @Post('audience-preview')
  @HttpCode(200)
  @Scope('campaigns:read')
  @Describe({
    summary: 'Audience preview',
    description:
      'Resolves an audience spec to a total, an opted-in total and a sample. With `template` or `from` it also answers what a ' +
      'campaign would come to if it started now: who would get it, who would not and why, and when it would be through.',
    answers: { 200: AudiencePreview },
    problems: ['media_not_found', 'phone_number_not_found'],
  })
  preview(@Body() body: PreviewAudience, @Caller() call: Call) {
    return previewAudience(this.peers, body, call);
  }

  @Get(':id')
  @Scope('campaigns:read')
  @Describe({
    summary: 'Get campaign',
    description: 'Status plus sent, delivered, read and failed counters.',
    answers: { 200: CampaignView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`campaign ${id}`, this.peers.ask('campaign.get', { accountId: call.account.id, id }));
  }

  @Get(':id/progress')
  @Scope('campaigns:read')
  @Describe({
    summary: 'Campaign progress',
    description:
      'Where the campaign stood over time, oldest first, as `campaign.status` has told it: at most 300 points, at even distances. ' +
      'What came after its end is in the campaign alone.',
    answers: { 200: CampaignProgress },
  })
  progress(@Param('id') id: string, @Caller() call: Call) {
    return found(`campaign ${id}`, this.peers.ask('campaign.progress', { accountId: call.account.id, id }));
  }

  @Patch(':id')
  @Scope('campaigns:write')
  @Describe({
    summary: 'Update campaign',
    description:
      'Changes what is given of a scheduled campaign; `template`, `audience` and `schedule` are replaced as a whole. What is ' +
      'left out stays; null takes the limit of `ratePerSecond` away, and puts the default in place of `schedule` and `from`. ' +
      'One that has started is a 409.',
    example: { ratePerSecond: 20 },
    answers: { 200: CampaignView },
    problems: ['conflict', ...WRITTEN],
  })
  update(@Param('id') id: string, @Body() body: UpdateCampaign, @Caller() call: Call) {
    return this.campaigns.update(call, id, body);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Scope('campaigns:write')
  @Describe({
    summary: 'Pause campaign',
    description:
      'Pauses a campaign. What Meta was asked to send is sent; everybody else waits until it is resumed. 409 from a status that does not allow it.',
    answers: { 200: CampaignView },
    problems: CHANGED,
  })
  pause(@Param('id') campaignId: string, @Body() _body: Nothing, @Caller() call: Call) {
    return this.commands.execute(call, 'campaign.pause', { campaignId, at: new Date().toISOString() });
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Scope('campaigns:write')
  @Describe({
    summary: 'Resume campaign',
    description:
      'Lets a paused campaign go on with who was not sent to yet. 409 from a status that does not allow it.',
    answers: { 200: CampaignView },
    problems: CHANGED,
  })
  resume(@Param('id') campaignId: string, @Body() _body: Nothing, @Caller() call: Call) {
    return this.commands.execute(call, 'campaign.resume', { campaignId, at: new Date().toISOString() });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Scope('campaigns:write')
  @Describe({
    summary: 'Cancel campaign',
    description:
      'Ends a campaign for good. Who was not sent to yet is skipped. 409 from a status that does not allow it.',
    answers: { 200: CampaignView },
    problems: CHANGED,
  })
  cancel(@Param('id') campaignId: string, @Body() _body: Nothing, @Caller() call: Call) {
    return this.commands.execute(call, 'campaign.cancel', { campaignId, at: new Date().toISOString() });
  }

  @Post(':id/retry-failed')
  @HttpCode(200)
  @Scope('campaigns:write')
  @Describe({
    summary: 'Retry failed sends',
    description:
      'Sends once more to whom a send failed, with a new message each. 409 from a status that does not allow it.',
    answers: { 200: CampaignView },
    problems: CHANGED,
  })
  retryFailed(@Param('id') campaignId: string, @Body() body: RetryFailed, @Caller() call: Call) {
    const at = new Date().toISOString();
    return this.commands.execute(call, 'campaign.retry-failed', { ...body, campaignId, at });
  }

  @Get(':id/recipients')
  @Scope('campaigns:read')
  @Describe({
    summary: 'List recipients',
    description: `Everybody of the campaign's audience and what became of it; nobody before it starts. With \`Accept: text/csv\` the whole list
as a file, whatever \`limit\` and \`cursor\` are: ${RECIPIENT_COLUMNS.join(', ')}. A value that a spreadsheet would take for a
formula has \`'\` before it. A download that breaks off is not complete.`,
    answers: { 200: pageOf(RecipientView) },
    csv: true,
  })
  recipients(
    @Param('id') id: string,
    @Query() query: ListRecipients,
    @Headers('accept') accept: string | undefined,
    @Caller() call: Call,
  ) {
    return recipientsOf({ id, query, accept }, call, this.peers, this.runtime.logger);
  }
}
