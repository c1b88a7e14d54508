import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CreateCustomField, CustomFieldView } from '@wbiz/contracts/custom-field';
import { Page } from '@wbiz/contracts/page';
import { Removal } from '@wbiz/contracts/tag';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { Describe, pageOf } from '../openapi/describe.js';

@Controller('v1/custom-fields')
export class CustomFieldsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('fields:read')
  @Describe({
    summary: 'List fields',
    description:
      'Custom field definitions that power contact data and template variables, newest first. `removals` are deleted fields whose values are still being taken off contacts.',
    answers: { 200: pageOf(CustomFieldView, { removals: Removal }) },
  })
  list(@Query() query: Page, @Caller() call: Call) {
    return this.peers.ask('field.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('fields:write')
  @Describe({
    summary: 'Create field',
    description:
      'Defines a field: text, number, date, boolean or select. One that was defined as text by its first use on a contact takes the label; any other that is there is a 409.',
    answers: { 201: CustomFieldView },
    problems: ['conflict'],
  })
  create(@Body() body: CreateCustomField, @Caller() call: Call) {
    const { id: accountId } = call.account;
    return this.commands.execute(call, 'field.create', { ...body, accountId, at: new Date().toISOString() });
  }

  @Delete(':key')
  @HttpCode(204)
  @Scope('fields:write')
  @Describe({
    summary: 'Delete field',
    description: 'Removes a field definition, and its values from all contacts.',
    answers: { 204: null },
  })
  async delete(@Param('key') key: string, @Caller() call: Call) {
    const { id: accountId } = call.account;
    await this.commands.execute(call, 'field.delete', { accountId, key, at: new Date().toISOString() });
  }
}
