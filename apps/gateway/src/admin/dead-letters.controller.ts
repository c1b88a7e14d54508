import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  DeadLettersView,
  DiscardDeadLetters,
  ListDeadLetters,
  MarkedDeadLetters,
  RetryDeadLetters,
  WholeDeadLetter,
} from '@wbiz/contracts/dead-letter';
import { AdminOnly } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';
import { DeadLetters } from './dead-letters.js';

/** Operator routes: dead letters. */
@Controller('admin/v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  @AdminOnly()
  @Describe({
    summary: 'List dead letters',
    description: 'Records that could not be handled, newest first; they are kept for 30 days.',
    answers: { 200: DeadLettersView },
  })
  list(@Query() query: ListDeadLetters) {
    return this.letters.list(query);
  }

  @Get(':letter')
  @AdminOnly()
  @Describe({
    summary: 'Get a dead letter',
    description: 'All of the record. What is sealed in it stays sealed.',
    answers: { 200: WholeDeadLetter },
  })
  get(@Param('letter') letter: string) {
    return this.letters.get(letter);
  }

  @Post('retry')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Retry dead letters',
    example: { ids: ['0-153'], by: 'Gaurav' },
    description:
      'Puts the records back on their topics, under their own ids, for the service that could not handle them. Answers when they are there; one that fails again comes back as another letter.',
    answers: { 200: MarkedDeadLetters },
  })
  retry(@Body() body: RetryDeadLetters) {
    return this.letters.retry(body);
  }

  @Post('discard')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Discard dead letters',
    example: { ids: ['0-153'], by: 'Gaurav', reason: 'The contact was erased.' },
    description: 'Marks them as not needed, with the reason. They stay until their time is over.',
    answers: { 200: MarkedDeadLetters },
  })
  discard(@Body() body: DiscardDeadLetters) {
    return this.letters.discard(body);
  }
}
