import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { DeriveInbound, DerivedInbound } from '@wbiz/contracts/meta-webhooks';
import { AdminOnly } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';
import { deriveInbound, type DeriveParts } from './derive-inbound.js';

export const DERIVE_PARTS = Symbol('DERIVE_PARTS');

/** Operator routes: replay of Meta's webhooks. */
@Controller('admin/v1/meta-webhooks')
export class MetaWebhookController {
  constructor(@Inject(DERIVE_PARTS) private readonly parts: DeriveParts) {}

  @Post('derive')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Derive inbound items again',
    description:
      "Reads Meta's webhooks received in a span of time (they are kept for 30 days) and handles what they hold again: " +
      'what is known already stays as it is, what is missing comes back. Answers when all of it is on its way; take ' +
      'long spans in parts.',
    answers: { 200: DerivedInbound },
    problems: ['unavailable'],
  })
  derive(@Body() body: DeriveInbound) {
    return deriveInbound(this.parts, body);
  }
}
