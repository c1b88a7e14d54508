import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Page } from '@wbiz/contracts/page';
import { CreateTag, Removal, TagView } from '@wbiz/contracts/tag';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Describe, pageOf } from '../openapi/describe.js';

@Controller('v1/tags')
export class TagsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('tags:read')
  @Describe({
    summary: 'List tags',
    description:
      'Every tag with a contact count, newest first. `removals` are deleted tags that contacts are still being cleaned of.',
    answers: { 200: pageOf(TagView, { removals: Removal }) },
  })
  list(@Query() query: Page, @Caller() call: Call) {
    return this.peers.ask('tag.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('tags:write')
  @Describe({
    summary: 'Create tag',
    description:
      'Adds a tag to the vocabulary. One that so far was only used on contacts becomes a part of it; one that was created before is a 409. Names are the same in any case.',
    answers: { 201: TagView },
    problems: ['conflict'],
  })
  async create(@Body() { name }: CreateTag, @Caller() call: Call) {
    const { id: accountId } = call.account;
    await this.commands.execute(call, 'tag.create', tagOf(name, call));
    return found(`tag ${name}`, this.peers.ask('tag.get', { accountId, name }));
  }

  @Delete(':name')
  @HttpCode(204)
  @Scope('tags:write')
  @Describe({
    summary: 'Delete tag',
    description:
      'Removes a tag. No contact shows it from then on; taking it off all of them goes on in the background, and does not touch a tag of the same name that is made later.',
    answers: { 204: null },
  })
  async delete(@Param('name') name: string, @Caller() call: Call) {
    await this.commands.execute(call, 'tag.delete', tagOf(name, call));
  }
}

const tagOf = (name: string, { account }: Call) => ({
  accountId: account.id,
  name,
  at: new Date().toISOString(),
});
