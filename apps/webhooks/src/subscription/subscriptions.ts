import type { Logger } from '@wbiz/eventing/logger';
import { UnsealFailed, type Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import type { BreakerState } from '../delivery/circuit-breaker.js';

import type { Target } from '../delivery/sender.js';
import { keyOf } from '../delivery/signature.js';
import type { WebhookState } from './webhook.decider.js';

const OLD_SECRET_MS = 24 * 60 * 60_000;

/** The data of a webhook that deliveries need. */
export type Subscription = {
  readonly webhookId: string;
  readonly accountId: string;
  readonly version: number;
  readonly url: URL;
  /** The target at the time `now` (ms since the epoch), since the old secret signs only for a day after a rotation. */
  readonly target: (now: number) => Target;
  /** Null: all types. */
  readonly types: readonly string[] | null;
  readonly ratePerSecond: number | null;
  /** Events created before this time are not delivered; null: there is no such limit. */
  readonly since: Date | null;
};
export type Replay = {
  readonly id: string;
  readonly cursor: number;
  readonly last: number;
  readonly since: Date;
  readonly until: Date;
  readonly onlyFailed: boolean;
};
/** The stored state from which a new holder of the webhook's lease continues. */
export type Standing = {
  readonly fence: string;
  readonly cursor: number;
  readonly breaker: BreakerState;
  /** When the next retry is due (ms since the epoch); null: there is none. */
  readonly nextDue: number | null;
  readonly replays: readonly Replay[];
};

type Known = NonNullable<WebhookState>;
type Row = {
  readonly id: string;
  readonly accountId: string;
  readonly version: number;
  readonly state: Known;
  readonly since: Date | null;
  readonly fence: string;
  readonly cursor: number;
  readonly failures: number;
  readonly probeAt: Date | null;
  readonly failingSince: Date | null;
  readonly nextDue: Date | null;
};

/** Loads webhooks for delivery, with decrypted secrets and headers. */
export class Subscriptions {
  /** Webhooks that could not be decrypted, with the version last logged: each version is logged once. */
  private readonly unopened = new Map<string, number>();

  constructor(
    private readonly pool: Pool,
    private readonly secrets: Pick<Secrets, 'unseal'>,
    private readonly logger: Logger,
  ) {}

  async load(ids: readonly string[]): Promise<readonly { subscription: Subscription; standing: Standing }[]> {
    const { rows } = await this.pool.query<Row>({
      name: 'subscriptions-load',
      text: `select r.webhook_id as id, r.account_id as "accountId", w.version, w.state, r.since, r.fence, r.cursor::float8 as cursor,
               r.breaker_failures as failures, r.probe_at as "probeAt", r.failing_since as "failingSince",
               (select min(due) from webhooks.failures f where f.webhook_id = r.webhook_id) as "nextDue"
             from webhooks.readers r join webhooks.webhooks w on w.stream = r.webhook_id where r.webhook_id = any($1)`,
      values: [ids],
    });
    const { rows: replays } = await this.pool.query<Replay & { readonly webhookId: string }>({
      name: 'subscriptions-replays',
      text: `select id, webhook_id as "webhookId", cursor::float8 as cursor, last::float8 as last, since, until, only_failed as "onlyFailed"
             from webhooks.replays where webhook_id = any($1) order by id`,
      values: [ids],
    });
    return rows.flatMap((row) => {
      const subscription = this.opened(row);
      const standing = {
        fence: row.fence,
        cursor: row.cursor,
        breaker: breakerOf(row),
        nextDue: row.nextDue?.getTime() ?? null,
        replays: replays.filter(({ webhookId }) => webhookId === row.id),
      };
      return subscription ? [{ subscription, standing }] : [];
    });
  }

  /** Undefined if the webhook's secret or headers cannot be decrypted: only this webhook's deliveries wait. */
  private opened(row: Row): Subscription | undefined {
    try {
      return this.subscriptionOf(row);
    } catch (err) {
      if (!(err instanceof UnsealFailed)) throw err;
      if (this.unopened.get(row.id) !== row.version)
        this.logger.error(
          { err, accountId: row.accountId, webhookId: row.id, alarm: true },
          'deliverer: webhook secret or headers cannot be opened; its events wait until the key is back or both are replaced',
        );
      this.unopened.set(row.id, row.version);
      return undefined;
    }
  }

  /** The target of a test delivery; null: there is no such webhook. */
  async target(accountId: string, id: string, now: number): Promise<Target | null> {
    const { rows } = await this.pool.query<{ state: Known }>(
      `select state from webhooks.webhooks where stream = $2 and account_id = $1 and not (state->>'deleted')::boolean`,
      [accountId, id],
    );
    return rows[0] ? this.targetOf(id, rows[0].state)(now) : null;
  }

  private subscriptionOf({ id, accountId, version, state, since }: Row): Subscription {
    const { events, ratePerSecond } = state.view;
    const types = events.includes('*') ? null : events;
    return {
      webhookId: id,
      accountId,
      version,
      url: new URL(state.view.url),
      target: this.targetOf(id, state),
      types,
      ratePerSecond,
      since,
    };
  }

  /** For 24 hours after a rotation, deliveries carry a second signature by the old secret. */
  private targetOf(id: string, { view, sealed }: Known): (now: number) => Target {
    const unseal = (text: string) => this.secrets.unseal(text, id);
    const url = new URL(view.url);
    const headers = (sealed.headers ? JSON.parse(unseal(sealed.headers)) : {}) as Record<string, string>;
    const key = keyOf(unseal(sealed.secret));
    const { previous } = sealed;
    const old = previous && ifOpened(() => keyOf(unseal(previous.secret)));
    const oldUntil = previous ? Date.parse(previous.rotatedAt) + OLD_SECRET_MS : 0;
    return (now) => ({ url, headers, keys: old && now < oldUntil ? [key, old] : [key] });
  }
}

/** Undefined if no key decrypts the old secret: deliveries then have no signature by that secret. */
function ifOpened<T>(unseal: () => T): T | undefined {
  try {
    return unseal();
  } catch (err) {
    if (err instanceof UnsealFailed) return undefined;
    throw err;
  }
}

const breakerOf = ({ failures, probeAt, failingSince }: Row): BreakerState => ({
  failures,
  probeAt: probeAt?.getTime() ?? null,
  failingSince: failingSince?.getTime() ?? null,
});
