import { Controller, Inject } from '@nestjs/common';
import {
  META_ECHO,
  META_MESSAGE,
  META_STATUS,
  type MetaEcho,
  type MetaMessage,
  type MetaStatus,
} from '@wbiz/contracts/meta/inbound';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { unrefused } from '@wbiz/eventing/rejection';
import { InboundHandler } from '@wbiz/service-kit/handlers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { AccountsByWaba } from '../account/accounts-by-waba.js';
import { ANNOUNCE, type Announce } from '../message/outcome-reply.js';
import { messages } from '../message/message.aggregate.js';
import { MESSAGE_BY_WAMID, type FindByWamid } from '../message/message-by-wamid.js';
import { FLOW_REPLIES, type MatchFlowReply } from './flow-reply.js';
import { echoedFrom, receivedFrom } from './inbound-message.js';
import { statusFrom } from './inbound-status.js';
import { STATUS_SPANS, type SpanOfStatus } from './status-spans.js';
import { WEBHOOKS_SEEN, type NoteWebhook } from './webhooks-seen.js';

type Message = Command<typeof META_MESSAGE, MetaMessage>;
type Echo = Command<typeof META_ECHO, MetaEcho>;
type Status = Command<typeof META_STATUS, MetaStatus>;

/**
 * Consumes the items of Meta's webhooks. An item reports what has happened already, so its command must not be refused:
 * a refusal is an error, and the item goes to the dead letters.
 */
@Controller()
export class InboundConsumer {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: AccountsByWaba,
    @Inject(MESSAGE_BY_WAMID) private readonly find: FindByWamid,
    @Inject(ANNOUNCE) private readonly announce: Announce,
    @Inject(FLOW_REPLIES) private readonly matchFlowReply: MatchFlowReply,
    @Inject(WEBHOOKS_SEEN) private readonly noteWebhook: NoteWebhook,
    @Inject(STATUS_SPANS) private readonly spanOf: SpanOfStatus | undefined,
    @Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'metrics'>,
  ) {}

  @InboundHandler(META_MESSAGE)
  async message({ data, traceparent }: Message): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    if (accountId) {
      const received = receivedFrom(accountId, data);
      if (await this.isNew(accountId, 'in', received)) {
        const tied = await this.matchFlowReply(accountId, received, data.message);
        const command = { type: 'message.receive', data: { ...tied, accountId } } as const;
        unrefused(await this.store.apply(messages, { accountId, traceparent, ...command }));
      }
    } else this.foreign('message');
    await this.noteWebhook(data);
  }

  @InboundHandler(META_ECHO)
  async echo({ data, traceparent }: Echo): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    if (accountId) {
      const echoed = echoedFrom(accountId, data);
      if (await this.isNew(accountId, 'out', echoed)) {
        const command = { type: 'message.echo', data: { ...echoed, accountId } } as const;
        unrefused(await this.store.apply(messages, { accountId, traceparent, ...command }));
      }
    } else this.foreign('echo');
    await this.noteWebhook(data);
  }

  @InboundHandler(META_STATUS)
  async status({ data, traceparent }: Status): Promise<void> {
    const accountId = await this.accounts.accountOf(data.wabaId);
    const told = accountId && statusFrom(data);
    const noted = told ? await this.note(accountId, told, traceparent) : undefined;
    if (!noted?.state) this.foreign('status');
    else if (noted.events.length > 0) this.announce(noted.state);
    await this.noteWebhook(data);
  }

  /** Compares wamids, not our ids: these also depend on Meta's time, which may differ when Meta repeats a message. */
  private async isNew(accountId: string, direction: 'in' | 'out', { wamid }: { readonly wamid: string }) {
    return (await this.find({ accountId, wamid, direction })) === null;
  }

  /** Stores a status. Resolves to undefined if the account has no such message. */
  private async note(
    accountId: string,
    { messageId, report }: NonNullable<ReturnType<typeof statusFrom>>,
    traceparent: string | undefined,
  ) {
    const sent = messageId ?? (await this.find({ accountId, wamid: report.wamid, direction: 'out' }));
    if (sent === null) return undefined;
    const data = { ...report, messageId: sent };
    const span = await this.spanOf?.(sent, traceparent);
    const noted = await this.store.apply(messages, {
      accountId,
      traceparent: span?.traceparent ?? traceparent,
      type: 'message.note-status',
      data,
    });
    span?.end();
    // The store answers `not_found` for another account's message too.
    return !noted.ok && noted.error.code === 'not_found' ? undefined : unrefused(noted);
  }

  /** Counts an item whose WABA or message is not in WBIZ, e.g. because another app sends from the same number. */
  private foreign(kind: 'message' | 'echo' | 'status'): void {
    this.runtime.metrics.metaItems.inc({ kind: `foreign_${kind}` });
  }
}
