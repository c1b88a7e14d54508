import { Inject, Injectable } from '@nestjs/common';
import type { SealedTexts, SealedTextsView } from '@wbiz/contracts/sealed';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { Peers } from '@wbiz/service-kit/peers';
import { reseal, type Renewed } from '@wbiz/service-kit/reseal';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Secrets } from '@wbiz/service-kit/secrets';
import type { Pool } from 'pg';
import { accounts } from '../account/account.decider.js';
import type { SETTINGS } from '../gateway.settings.js';

const PATIENCE = { timeoutMs: 20_000 };

const TOKENS = `select stream as id, stream as owner, array[state->>'sealedToken'] as texts from gateway.accounts`;

/** Of the routes whose answers hold a secret; all others are JSON, which begins otherwise. */
const ANSWERS = `
  select json_build_array(account_id, route, key)::text as id, account_id as owner, array[body] as texts
  from gateway.idempotency where body like 'v1.%'`;

/** What the installation keeps sealed, wherever it is. */
@Injectable()
export class SealedSecrets {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<Config<typeof SETTINGS>>,
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly peers: Peers,
  ) {}

  /** Seals anew, with the present keys, some of what previous ones have sealed. Throws `conflict`, `unavailable`. */
  async reseal(): Promise<SealedTextsView> {
    const { config } = this.runtime;
    const { present } = new Secrets({ key: config.WEBHOOKS_KEY });
    const ofWebhooks = await this.peers.ask('webhook.reseal', { present }, PATIENCE);
    return { sealed: [await this.tokens(), ...ofWebhooks, await this.answers()] };
  }

  private tokens(): Promise<SealedTexts> {
    const { TOKENS_KEY: key, TOKENS_KEY_PREVIOUS: previous } = this.runtime.config;
    return reseal(this.pool, {
      service: 'gateway',
      setting: 'TOKENS_KEY',
      what: 'access tokens of accounts',
      secrets: new Secrets({ key, previous }),
      rows: TOKENS,
      write: ({ id: accountId }, renewed) =>
        this.store.apply(accounts, { type: 'account.reseal', accountId, data: { accountId, renewed } }),
    });
  }

  private answers(): Promise<SealedTexts> {
    const { ANSWERS_KEY: key, ANSWERS_KEY_PREVIOUS: previous } = this.runtime.config;
    return reseal(this.pool, {
      service: 'gateway',
      setting: 'ANSWERS_KEY',
      what: 'answers kept for an Idempotency-Key',
      secrets: new Secrets({ key, previous }),
      rows: ANSWERS,
      write: ({ id }, renewed) => this.rewrite(JSON.parse(id) as string[], renewed),
    });
  }

  private async rewrite(place: readonly string[], renewed: Renewed): Promise<void> {
    for (const [body, anew] of Object.entries(renewed))
      await this.pool.query(
        `update gateway.idempotency set body = $5
         where account_id = $1 and route = $2 and key = $3 and body = $4`,
        [...place, body, anew],
      );
  }
}
