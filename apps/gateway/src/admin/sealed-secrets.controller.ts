import { Controller, HttpCode, Post } from '@nestjs/common';
import { SealedTextsView } from '@wbiz/contracts/sealed';
import { AdminOnly } from '../access/route-access.js';
import { Describe } from '../openapi/describe.js';
import { SealedSecrets } from './sealed-secrets.js';

/** Operator routes: sealed texts. */
@Controller('admin/v1/secrets')
export class SealedSecretsController {
  constructor(private readonly secrets: SealedSecrets) {}

  @Post('reseal')
  @HttpCode(200)
  @AdminOnly()
  @Describe({
    summary: 'Seal anew after a rotation',
    description:
      'Seals with the present TOKENS_KEY, WEBHOOKS_KEY and ANSWERS_KEY what the previous ones have sealed, for some ' +
      'seconds. Ask again until `resealed` is 0 everywhere; what is left is in `former`.',
    answers: { 200: SealedTextsView },
    problems: ['conflict', 'unavailable'],
  })
  reseal() {
    return this.secrets.reseal();
  }
}
