import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ProjectionsView,
  RetriedAccount,
  RetryParked,
  RewindProjection,
  RewoundProjection,
  SkipParked,
} from '@wbiz/contracts/projection';
import { found } from '../found.js';
import { Describe } from '../openapi/describe.js';
import { AdminOnly } from '../access/route-access.js';
import { ServiceProjections } from './service-projections.js';

/** Operator routes: the services' projections of the shared log. */
@Controller('admin/v1/projections')
export class ProjectionsController {
  constructor(private readonly projections: ServiceProjections) {}

  @Get()
  @AdminOnly()
  @Describe({
    summary: 'List projections',
    description:
      'Of every service: how far it has read the log, where it stands still, and which accounts are parked.',
    answers: { 200: ProjectionsView },
  })
  list() {
    return this.projections.list();
  }

  @Post(':service/:projection/retry')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Retry a parked account',
    description: 'Applies its events in their order until one cannot be applied.',
    answers: { 200: RetriedAccount },
    problems: ['unavailable'],
  })
  retry(
    @Param('service') service: string,
    @Param('projection') projection: string,
    @Body() body: RetryParked,
  ) {
    return found(
      'such parked account',
      this.projections.ask(service, 'projection.retry', { ...body, projection }),
    );
  }

  @Post(':service/:projection/skip')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Skip an event of a parked account',
    description: 'Passes over the first event that waits, keeps it with the reason, and retries the others.',
    answers: { 200: RetriedAccount },
    problems: ['unavailable'],
  })
  skip(@Param('service') service: string, @Param('projection') projection: string, @Body() body: SkipParked) {
    return found(
      'such parked account',
      this.projections.ask(service, 'projection.skip', { ...body, projection }),
    );
  }

  @Post(':service/:projection/rewind')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Read the log again',
    description:
      'From an offset or a time on; also takes up a partition that was halted. What was applied is not applied again.',
    answers: { 200: RewoundProjection },
    problems: ['unavailable'],
  })
  rewind(
    @Param('service') service: string,
    @Param('projection') projection: string,
    @Body() body: RewindProjection,
  ) {
    return found(
      'such projection',
      this.projections.ask(service, 'projection.rewind', { ...body, projection }),
    );
  }
}
