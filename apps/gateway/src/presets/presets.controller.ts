import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { InteractiveCard } from '@wbiz/contracts/interactive';
import { CreatePreset, ListPresets, PresetView, SendPreset, UpdatePreset } from '@wbiz/contracts/preset';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Sends } from '../messages/sends.js';
import { Describe, pageOf, sent } from '../openapi/describe.js';
import { createPreset, updatePreset } from './write-preset.js';

@Controller('v1/interactive')
export class PresetsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
    private readonly sends: Sends,
  ) {}

  @Get()
  @Scope('interactive:write')
  @Describe({
    summary: 'List presets',
    description: 'Reusable button and list cards, newest first.',
    answers: { 200: pageOf(PresetView) },
  })
  list(@Query() query: ListPresets, @Caller() call: Call) {
    return this.peers.ask('preset.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('interactive:write')
  @Describe({
    summary: 'Create preset',
    description: 'Saves a reusable card. It has the form of an interactive send, and is checked like one.',
    example: {
      kind: 'buttons',
      body: 'How can we help?',
      buttons: [
        { id: 'sales', title: 'Sales' },
        { id: 'support', title: 'Support' },
      ],
    },
    answers: { 201: PresetView },
    problems: ['media_not_found'],
  })
  create(@Body() body: CreatePreset, @Caller() call: Call) {
    const { commands, peers } = this;
    return createPreset({ commands, peers }, body, call);
  }

  @Get(':id')
  @Scope('interactive:write')
  @Describe({
    summary: 'Get preset',
    description: 'A single saved preset.',
    answers: { 200: PresetView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return this.preset(id, call);
  }

  @Patch(':id')
  @Scope('interactive:write')
  @Describe({
    summary: 'Update preset',
    description:
      'Changes what is given of a preset; null takes a part out. With another `kind`, the parts that only the one before has go by themselves. What comes of it is checked as a whole.',
    example: { body: 'Pick an option to continue.' },
    answers: { 200: PresetView },
    problems: ['media_not_found'],
  })
  update(@Param('id') id: string, @Body() body: UpdatePreset, @Caller() call: Call) {
    const { commands, peers } = this;
    return updatePreset({ commands, peers }, id, body, call);
  }

  @Delete(':id')
  @HttpCode(204)
  @Scope('interactive:write')
  @Describe({
    summary: 'Delete preset',
    description: 'Removes a saved preset. What was sent of it stays.',
    answers: { 204: null },
  })
  async delete(@Param('id') presetId: string, @Caller() call: Call) {
    await this.commands.execute(call, 'preset.delete', { presetId, at: new Date().toISOString() });
  }

  @Post(':id/send')
  @Scope('interactive:write')
  @Describe({
    summary: 'Send preset',
    description:
      'Sends a saved preset as it is now, like any interactive message. Under an `Idempotency-Key`, a repeated request answers the first result, also when the preset was changed or deleted in between.',
    ...sent('interactive'),
  })
  send(@Param('id') id: string, @Body() body: SendPreset, @Caller() call: Call) {
    const card = async () => ({ ...body, ...inOrder(InteractiveCard, await this.preset(id, call)) });
    return this.sends.send('interactive', card, call);
  }

  private preset(id: string, call: Call) {
    return found(`preset ${id}`, this.peers.ask('preset.get', { accountId: call.account.id, id }));
  }
}
