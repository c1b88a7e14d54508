import type { CampaignTemplate } from '@wbiz/contracts/campaign';
import { addressOf, type CommandData } from '@wbiz/contracts/command-catalogue';
import { conversationIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import { personalised, personalValuesOf } from '@wbiz/contracts/text/personal-values';
import { CommandTimeout, type CommandBus } from '@wbiz/eventing/kafka/command-bus';
import type { Logger } from '@wbiz/eventing/logger';
import type { RejectionData, Reply } from '@wbiz/eventing/message';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { moveRecipients, type Move } from '../recipient/move-recipients.js';
import { STATE } from '../recipient/recipient-state.js';
import { idsOf, type Claimed } from './claims.js';

/** Messaging withdraws a campaign's send that it has not handed to Meta within this time. */
const EXPIRES_MS = 10_000;
/** How long a phone number's claims pause after messaging could not accept one of its sends. */
const REST_MS = 1_000;
const MOST_TEMPLATES = 1_000;

export type SendRequestsOptions = {
  readonly pool: Pool;
  readonly bus: Pick<CommandBus, 'send'>;
  /** Messaging's stored reply to a command; null: the command had no effect and never will. */
  readonly replyOf: (commandId: string) => Promise<Reply | null>;
  readonly logger: Logger;
};

/** Asks messaging for campaigns' sends. Refusals come as replies, the outcomes of accepted sends as events. */
export class SendRequests {
  private readonly settle: (move: Move) => Promise<null>;
  /** When a phone number's claims resume (monotonic clock, ms), by phone number id. */
  private readonly restsUntil = new Map<string, number>();
  /** Templates by campaign id, cached: once a campaign has started, its template never changes. */
  private readonly templates = new Map<string, CampaignTemplate>();

  constructor(private readonly options: SendRequestsOptions) {
    this.settle = microBatch(async (moves: readonly Move[]) => {
      await inTransaction(options.pool, (tx) => moveRecipients(tx, moves));
      return moves.map(() => null);
    });
  }

  /** Asks messaging for the sends. Asking again for the same send has no effect. */
  async ask(claimed: readonly Claimed[]): Promise<void> {
    await this.learnTemplates(claimed);
    for (const one of claimed) {
      const { commandId } = idsOf(one);
      this.concluding(one, this.command('message.send', commandId, one, this.sendOf(one)));
    }
  }

  /** Asks messaging to drop sends that it has not handed to Meta; a `message.withdrawn` event confirms each drop. */
  withdraw(claimed: readonly Claimed[]): void {
    for (const one of claimed) {
      const data = {
        messageId: idsOf(one).messageId,
        conversationId: conversationOf(one),
        at: new Date().toISOString(),
      };
      this.command('message.withdraw', newId('cmd'), one, data).catch((err: unknown) =>
        this.options.logger.info(
          { err, ...logFields(one) },
          'campaign sends: withdrawal of a send not confirmed; requested again until the send has an outcome or may be sent again',
        ),
      );
    }
  }

  /** Applies messaging's stored replies to the recipients of sends that may never have reached messaging. */
  conclude(claimed: readonly Claimed[]): void {
    for (const one of claimed) this.concluding(one, this.fateOf(one));
  }

  /** Whether the phone number's claims pause because messaging could not accept one of its sends. */
  isResting(phoneNumberId: string): boolean {
    return performance.now() < (this.restsUntil.get(phoneNumberId) ?? 0);
  }

  /**
   * Applies a reply: a refusal fails or skips the recipient; null or `unavailable` queues the recipient again. The
   * outcome of an accepted send comes as an event.
   */
  private concluding(one: Claimed, reply: Promise<Reply | null>): void {
    reply
      .catch((error: unknown) => {
        // After a timeout it is unknown whether the command took effect: reads the stored reply.
        if (error instanceof CommandTimeout) return this.fateOf(one);
        if (error instanceof Rejection) return { ok: false, error: error.toData() } as const;
        throw error;
      })
      .then((told) => {
        if (told?.ok) return null;
        if (told === null || told.error.code === 'unavailable')
          this.restsUntil.set(one.phoneNumberId, performance.now() + REST_MS);
        const { campaignId, contactId } = one;
        const at = new Date().toISOString();
        const moved = told ? refused(told.error) : { state: STATE.queued };
        return this.settle({ ...moved, campaignId, contactId, messageId: idsOf(one).messageId, at });
      })
      .catch((err: unknown) =>
        this.options.logger.warn(
          { err, ...logFields(one) },
          "campaign sends: messaging's reply not received or not stored; trying again after 15 s unless an event brings the outcome",
        ),
      );
  }

  /** Messaging's stored reply to the send's command; null: the command had no effect and never will. */
  private fateOf(one: Claimed): Promise<Reply | null> {
    return this.options.replyOf(idsOf(one).commandId);
  }

  private command<Name extends 'message.send' | 'message.withdraw'>(
    type: Name,
    id: string,
    { accountId }: Claimed,
    data: CommandData<Name>,
  ): Promise<Reply> {
    const { owner, key } = addressOf(type, data, accountId);
    return this.options.bus.send(owner, { id, type, accountId, data }, { key });
  }

  private sendOf(one: Claimed): CommandData<'message.send'> {
    const { campaignId, phoneNumberId, contactId, to, values, claimedAt } = one;
    const { name, ...parts } = fill(this.templates.get(campaignId)!, values);
    return {
      messageId: idsOf(one).messageId,
      conversationId: conversationOf(one),
      contactId,
      phoneNumberId,
      at: claimedAt.toISOString(),
      kind: 'template',
      request: { ...parts, template: name, to, from: phoneNumberId },
      campaign: { campaignId, expiresAt: new Date(Date.now() + EXPIRES_MS).toISOString() },
    };
  }

  private async learnTemplates(claimed: readonly Claimed[]): Promise<void> {
    if (this.templates.size > MOST_TEMPLATES) this.templates.clear();
    const unknown = [...new Set(claimed.map(({ campaignId }) => campaignId))].filter(
      (id) => !this.templates.has(id),
    );
    if (unknown.length === 0) return;
    const { rows } = await this.options.pool.query<{ id: string; template: CampaignTemplate }>(
      `select stream as id, state->'template' as template from campaigns.campaigns where stream = any($1)`,
      [unknown],
    );
    for (const { id, template } of rows) this.templates.set(id, template);
  }
}

const logFields = (one: Claimed) => {
  const { accountId, campaignId, contactId } = one;
  return { accountId, campaignId, contactId, messageId: idsOf(one).messageId };
};

const conversationOf = ({ accountId, phoneNumberId, to }: Claimed) =>
  conversationIdOf(accountId, phoneNumberId, to);

/** The template with one recipient's values filled in. */
function fill(template: CampaignTemplate, values: Claimed['values']): CampaignTemplate {
  if (values === null) return template;
  const sources = personalValuesOf(template).map(({ source }) => source);
  return personalised(template, ({ source }) => values[sources.indexOf(source)] ?? '');
}

/** `unavailable` queues the recipient again; any other refusal is final. */
function refused({ code, message }: RejectionData): Pick<Move, 'state' | 'error' | 'reason'> {
  if (code === 'unavailable') return { state: STATE.queued };
  if (code === 'recipient_opted_out') return { state: STATE.skipped, reason: 'opted_out' };
  return { state: STATE.failed, error: { code, message } };
}
