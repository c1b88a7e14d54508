import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { BulkContacts, BulkReceipt } from '@wbiz/contracts/contact-import';
import {
  ContactChange,
  ContactView,
  CreateContact,
  ListContacts,
  UpdateContact,
} from '@wbiz/contracts/contact';
import { Page } from '@wbiz/contracts/page';
import { Peers } from '@wbiz/service-kit/peers';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { Commands } from '../commands/commands.js';
import { found } from '../found.js';
import { Describe, pageOf } from '../openapi/describe.js';
import { bulkImport } from './bulk-import.js';
import { createContact, updateContact } from './write-contact.js';

@Controller('v1/contacts')
export class ContactsController {
  constructor(
    private readonly peers: Peers,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Scope('contacts:read')
  @Describe({
    summary: 'List contacts',
    description: 'Contacts, newest first, with search, tag and opt-in filters.',
    answers: { 200: pageOf(ContactView) },
  })
  list(@Query() query: ListContacts, @Caller() call: Call) {
    return this.peers.ask('contact.list', { ...query, accountId: call.account.id });
  }

  @Post()
  @Scope('contacts:write')
  @Describe({
    summary: 'Create contact',
    description:
      'Creates a contact, or, if the person is on file, adds what is given to it: given fields win, tags are added. Two spellings of one phone number are one person.',
    answers: { 201: ContactView, 200: ContactView },
    problems: ['conflict'],
  })
  create(@Body() body: CreateContact, @Caller() call: Call) {
    return createContact(this.commands, body, call);
  }

  @Post('bulk')
  @HttpCode(200)
  @Scope('contacts:write', { bodyLimit: 8 * 1_048_576 })
  @Describe({
    summary: 'Bulk import',
    description:
      'Creates or updates up to 500 contacts. Each row has its own result; a bad row is skipped with its reason and does not touch the others. Rows of one person are merged, in their order.',
    answers: { 200: BulkReceipt },
  })
  bulk(@Body() body: BulkContacts, @Caller() call: Call) {
    return bulkImport(this.commands, body, call);
  }

  @Get(':id')
  @Scope('contacts:read')
  @Describe({ summary: 'Get contact', description: 'A single contact by id.', answers: { 200: ContactView } })
  get(@Param('id') id: string, @Caller() call: Call) {
    return found(`contact ${id}`, this.peers.ask('contact.get', { accountId: call.account.id, id }));
  }

  @Patch(':id')
  @Scope('contacts:write')
  @Describe({
    summary: 'Update contact',
    description:
      'Changes name, email, tags, custom fields or opt-in. What is left out stays; `tags` are replaced as a whole.',
    answers: { 200: ContactView },
    problems: ['conflict'],
  })
  update(@Param('id') id: string, @Body() body: UpdateContact, @Caller() call: Call) {
    return updateContact(this.commands, id, body, call);
  }

  @Get(':id/history')
  @Scope('contacts:read')
  @Describe({
    summary: 'Get contact history',
    description:
      'What happened to a contact, newest first: what changed, when, by which API key, and how an opt-in was given or withdrawn.',
    answers: { 200: pageOf(ContactChange) },
  })
  history(@Param('id') id: string, @Query() query: Page, @Caller() call: Call) {
    return found(
      `contact ${id}`,
      this.peers.ask('contact.history', { ...query, accountId: call.account.id, id }),
    );
  }
}
