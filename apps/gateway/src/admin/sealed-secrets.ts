import { Inject, Injectable } from '@nestjs/common';
import type { PresentKeys, SealedTexts, SealedTextsView } from '@wbiz/contracts/sealed';
import type { Service } from '@wbiz/contracts/topics';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { Rejection } from '@wbiz/eventing/rejection';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { Peers } from '@wbiz/service-kit/peers';
import { reseal, type Renewed } from '@wbiz/service-kit/reseal';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { HOLDERS } from '@wbiz/service-kit/secret-files';
import { presentKeys, Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import { accounts } from '../account/account.decider.js';
import type { SETTINGS } from '../gateway.settings.js';

const PATIENCE = { timeoutMs: 20_000 };

const TOKENS = `select stream as id, stream as owner, array[state->>'sealedToken'] as texts from gateway.accounts`;

/** Stored answers that are sealed; all others are JSON and do not begin with `v1.`. */
const ANSWERS = `
  select json_build_array(account_id, route, key)::text as id, account_id as owner, array[body] as texts
  from gateway.idempotency where body like 'v1.%'`;

/** Reseals the sealed texts of the gateway and of webhooks after a rotation of keys. */
@Injectable()
export class SealedSecrets {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<Config<typeof SETTINGS>>,
    @Inject(PG_POOL) private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly peers: Peers,
  ) {}

  /**
   * Reseals a batch of texts from previous keys with the present ones; repeat until none is left. Throws `conflict`,
   * `unavailable`.
   */
  async reseal(): Promise<SealedTextsView> {
    const present = presentKeys(this.runtime.config).WEBHOOKS_KEY!;
    await Promise.all([this.compared('TOKENS_KEY'), this.compared('WEBHOOKS_KEY')]);
    const ofWebhooks = await this.peers.ask('webhook.reseal', { present }, PATIENCE);
    return { sealed: [await this.tokens(), ...ofWebhooks, await this.answers()] };
  }

  /** Throws unless every replica of the other services seals with this gateway's key. */
  private async compared(setting: 'TOKENS_KEY' | 'WEBHOOKS_KEY'): Promise<void> {
    const others = HOLDERS[setting].filter((holder) => holder !== 'gateway');
    const asked = await Promise.all(others.map(async (holder) => this.presentOf(holder, setting)));
    const present = presentKeys(this.runtime.config)[setting]!;
    const differing = asked.flat().filter((other) => other.present !== present);
    if (differing.length === 0) return;
    const theirs = differing.map((other) => `${other.holder} at ${other.address} with ${other.present}`);
    throw new Rejection(
      'conflict',
      `The gateway seals with ${setting} ${present}, ${theirs.join(', ')}. Give all holders the same and restart them; ` +
        `until then ${setting}_PREVIOUS must stay.`,
    );
  }

  private async presentOf(holder: Service, setting: keyof PresentKeys) {
    try {
      const replicas = await this.peers.askEach(holder, 'secrets.present', {}, PATIENCE);
      return replicas.map(({ address, answer }) => ({ holder, address, present: answer[setting] ?? 'none' }));
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      throw new Rejection(
        'unavailable',
        `${holder} does not say which ${setting} it has: ${error.message} Until it does, ${setting}_PREVIOUS must stay.`,
      );
    }
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
