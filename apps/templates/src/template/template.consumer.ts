import { Controller, Inject } from '@nestjs/common';
import type { CommandData } from '@wbiz/contracts/command-catalogue';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta/inbound';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { CommandHandler, InboundHandler } from '@wbiz/service-kit/handlers';
import type { Pool } from 'pg';
import { FlowSync } from '../flow/flow.sync.js';
import { tellsOfFlow } from '../flow/meta-flow.js';
import { markDue } from '../sync/sync.jobs.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { templateNews } from './meta-template.js';
import { templates } from './template.aggregate.js';

/** Meta truncates the times in webhooks to whole seconds: a change may be this much later. */
const PRECISION_MS = 999;

type Commanded<Name extends 'template.create' | 'template.update' | 'template.delete'> = Command<
  Name,
  CommandData<Name>
>;

/** Clients' commands to templates, and Meta's webhooks about templates and flows. */
@Controller()
export class TemplateConsumer {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly flows: FlowSync,
    private readonly syncs: SyncWorker,
  ) {}

  @CommandHandler('template.create')
  create(command: Commanded<'template.create'>) {
    return this.store.execute(templates, { ...command, data: { ...command.data, ...asking(command) } });
  }

  @CommandHandler('template.update')
  update(command: Commanded<'template.update'>) {
    return this.store.execute(templates, { ...command, data: { ...command.data, ...asking(command) } });
  }

  @CommandHandler('template.delete')
  delete(command: Commanded<'template.delete'>) {
    return this.store.execute(templates, { ...command, data: { ...command.data, ...asking(command) } });
  }

  /** A webhook that is incomplete, outdated or about an unknown template makes the account due for a pull. */
  @InboundHandler(META_CHANGE)
  async change({ data, traceparent }: Command<typeof META_CHANGE, MetaChange>): Promise<void> {
    if (tellsOfFlow(data)) return this.flows.changed(data.wabaId);
    const said = templateNews(data);
    if (!said || said.news === 'nothing') return;
    const target = await this.targetOf(data.wabaId, said.metaId);
    if (!target) return; // Unknown WABA: connecting a WABA pulls all its templates.
    const { accountId, templateId, knownAt } = target;
    const asOf = Date.parse(data.at) + PRECISION_MS;
    if (!templateId || said.news === 'ask' || asOf < knownAt) {
      await markDue(this.pool, [accountId]);
      return this.syncs.work.wake();
    }
    const known = { templateId, asOf, at: new Date().toISOString() };
    await this.store.apply(templates, {
      accountId,
      traceparent,
      ...(said.news === 'judged'
        ? { type: 'template.note-status', data: { ...known, judged: said.judged, reason: said.reason } }
        : { type: 'template.remove', data: known }),
    });
  }

  private async targetOf(wabaId: string, metaId: string) {
    const { rows } = await this.pool.query<{
      accountId: string;
      templateId: string | null;
      /** When a pull or a webhook last brought the template's state, in ms since the epoch. */
      knownAt: number;
    }>({
      name: 'template-of-meta',
      text: `select a.id as "accountId", t.stream as "templateId",
               greatest(extract(epoch from s.pulled_at) * 1000, (t.state->>'asOf')::float8, 0)::float8 as "knownAt"
             from templates.accounts a
             left join templates.syncs s on s.account_id = a.id
             left join templates.templates t
               on t.account_id = a.id and t.state->'view'->>'metaId' = $2 and t.state->'removed' = 'false'
             where a.waba_id = $1`,
      values: [wabaId, metaId],
    });
    return rows[0];
  }
}

const asking = ({ id, replyTo, traceparent }: Command) => ({
  asking: { id, replyTo: replyTo ?? null, traceparent: traceparent ?? null },
});
