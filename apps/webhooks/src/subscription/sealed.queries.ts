import { Controller, Inject } from '@nestjs/common';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { Rejection } from '@wbiz/eventing/rejection';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { QueryHandler } from '@wbiz/service-kit/handlers';
import { reseal, type Renewed, type SealedRow } from '@wbiz/service-kit/reseal';
import { Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import { webhooks } from './webhook.aggregate.js';

const OF = { service: 'webhooks', setting: 'WEBHOOKS_KEY' } as const;

/** SQL: the webhooks that are not deleted; secrets of deleted ones sign nothing any more. */
const WEBHOOKS = `
  select stream as id, stream as owner, account_id as "accountId",
    array[state->'sealed'->>'secret', state->'sealed'->>'headers', state->'sealed'->'previous'->>'secret'] as texts
  from webhooks.webhooks where not (state->>'deleted')::boolean`;

/** SQL: the replies with sealed secrets. Replies are kept for 24 h, since a gateway may repeat a command. */
const REPLIES = `
  select command_id as id, reply->'data'->'view'->>'id' as owner, array[reply->'data'->>'sealedSecret'] as texts
  from webhooks.replies where reply->'data'->>'sealedSecret' is not null`;

@Controller()
export class SealedQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly secrets: Secrets,
  ) {}

  /** Throws `conflict` if this process and the gateway seal with different keys. */
  @QueryHandler('webhook.reseal')
  async reseal({ present }: Ask<'webhook.reseal'>): Promise<Answer<'webhook.reseal'>> {
    const { secrets } = this;
    if (present !== secrets.present)
      throw new Rejection(
        'conflict',
        `The gateway seals with WEBHOOKS_KEY ${present}, webhooks with ${secrets.present}. Give both the same and restart them.`,
      );
    return [
      await reseal<SealedRow & { readonly accountId: string }>(this.pool, {
        ...OF,
        what: 'secrets and headers of webhooks',
        secrets,
        rows: WEBHOOKS,
        write: ({ id: webhookId, accountId }, renewed) =>
          this.store.apply(webhooks, { type: 'webhook.reseal', accountId, data: { webhookId, renewed } }),
      }),
      await reseal(this.pool, {
        ...OF,
        what: 'kept replies to commands',
        secrets,
        rows: REPLIES,
        write: ({ id }, renewed) => this.rewrite(id, renewed),
      }),
    ];
  }

  private async rewrite(commandId: string, renewed: Renewed): Promise<void> {
    for (const [text, anew] of Object.entries(renewed))
      await this.pool.query(
        `update webhooks.replies set reply = replace(reply::text, $2, $3)::json
         where command_id = $1 and reply->'data'->>'sealedSecret' = $2`,
        [commandId, text, anew],
      );
  }
}
