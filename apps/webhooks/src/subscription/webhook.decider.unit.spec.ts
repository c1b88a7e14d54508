import { describe, it } from '@jest/globals';
import type { UpdateWebhookData, WebhookView } from '@wbiz/contracts/webhook';
import { scenario } from '@wbiz/testing/scenario';
import { webhook, type WebhookCommand, type WebhookEvent, type WebhookFacts } from './webhook.decider.js';

const AT = '2026-11-28T10:00:00.000Z';
const LATER = '2026-11-28T11:00:00.000Z';
const ID = 'whk_1';
const FACTS: WebhookFacts = { webhooks: 0, replays: 0, delivery: null };
const VIEW: WebhookView = {
  id: ID,
  url: 'https://your-app.com/hooks',
  events: ['message.received'],
  active: true,
  status: 'active',
  reason: null,
  description: null,
  headerNames: [],
  ratePerSecond: null,
  createdAt: AT,
  updatedAt: AT,
};
const view = (given: Partial<WebhookView>) => ({ ...VIEW, updatedAt: LATER, ...given });
const sealed = { secret: 'v1.first', previous: null, headers: null };
const created: WebhookEvent = { type: 'webhook.created', data: { view: VIEW, since: null }, private: sealed };
const disabled: WebhookEvent = {
  type: 'webhook.disabled',
  data: { webhookId: ID, reason: 'gone', detail: 'It is gone.', at: LATER },
};
const deleted: WebhookEvent = { type: 'webhook.deleted', data: { webhookId: ID, at: LATER } };

const create = (facts: Partial<WebhookFacts> = {}): WebhookCommand => ({
  type: 'webhook.create',
  data: {
    webhookId: ID,
    at: AT,
    url: VIEW.url,
    events: ['message.received', 'message.received'],
    sealedSecret: 'v1.first',
  },
  facts: { ...FACTS, ...facts },
});
const update = (given: Partial<UpdateWebhookData>): WebhookCommand => ({
  type: 'webhook.update',
  data: { webhookId: ID, at: LATER, ...given },
  facts: FACTS,
});
const updated = (
  given: Partial<WebhookView>,
  more: { resume?: 'cursor' | 'now'; urlChanged?: boolean; headers?: string } = {},
): WebhookEvent => ({
  type: 'webhook.updated',
  data: { view: view(given), resume: more.resume ?? null, urlChanged: more.urlChanged ?? false },
  private: { headers: more.headers ?? null },
});
const replay = (replays: number): WebhookCommand => ({
  type: 'webhook.replay',
  data: { webhookId: ID, at: LATER, since: AT, until: LATER, only: 'all' },
  facts: { ...FACTS, replays },
});
const retry = (delivery: WebhookFacts['delivery']): WebhookCommand => ({
  type: 'webhook.retry',
  data: { webhookId: ID, at: LATER, deliveryId: 'dlv_1' },
  facts: { ...FACTS, delivery },
});
const rotate: WebhookCommand = {
  type: 'webhook.rotate-secret',
  data: { webhookId: ID, at: LATER, sealedSecret: 'v1.second' },
  facts: FACTS,
};
const disable: WebhookCommand = {
  type: 'webhook.disable',
  data: { webhookId: ID, reason: 'gone', detail: 'It is gone.', at: LATER },
  facts: FACTS,
};
const remove: WebhookCommand = {
  type: 'webhook.delete',
  data: { webhookId: ID, at: LATER },
  facts: FACTS,
};

const { given } = scenario(webhook);

describe('a webhook', () => {
  it('is made with each event once', () => given().when(create()).then(created));
  it('is one of at most 50', () =>
    given()
      .when(create({ webhooks: 50 }))
      .thenRejected('conflict'));

  it('keeps what a change leaves out', () =>
    given(created)
      .when(update({ description: 'ours', ratePerSecond: 5 }))
      .then(updated({ description: 'ours', ratePerSecond: 5 })));
  it('says when its endpoint is another', () =>
    given(created)
      .when(update({ url: 'https://other.com/' }))
      .then(updated({ url: 'https://other.com/' }, { urlChanged: true })));
  it('takes other headers, or none', () =>
    given(created)
      .when(update({ headerNames: ['X-Tenant'], sealedHeaders: 'v1.headers' }))
      .then(updated({ headerNames: ['X-Tenant'] }, { headers: 'v1.headers' })));

  it('is switched off', () =>
    given(created)
      .when(update({ active: false }))
      .then(updated({ active: false, status: 'inactive' })));
  it.each([
    [undefined, 'cursor'],
    ['cursor', 'cursor'],
    ['now', 'now'],
  ] as const)('goes on from %s where that is wanted', (resumeFrom, resume) =>
    given(created, disabled)
      .when(update({ active: true, ...(resumeFrom && { resumeFrom }) }))
      .then(updated({}, { resume })),
  );
  it('keeps its cursor when it is active already', () =>
    given(created)
      .when(update({ active: true, resumeFrom: 'now' }))
      .then(updated({})));

  it('keeps its former secret for a while', () =>
    given(created)
      .when(rotate)
      .then({
        type: 'webhook.secret_rotated',
        data: { at: LATER },
        private: { secret: 'v1.second', previous: { secret: 'v1.first', rotatedAt: LATER } },
      }));

  it('is sealed anew, but for texts that are not there any more', () => {
    const reseal = (renewed: Record<string, string>): WebhookCommand => ({
      type: 'webhook.reseal',
      data: { webhookId: ID, renewed },
      facts: FACTS,
    });
    const rotated: WebhookEvent = {
      type: 'webhook.secret_rotated',
      data: { at: LATER },
      private: { secret: 'v1.second', previous: { secret: 'v1.first', rotatedAt: LATER } },
    };
    given(created)
      .when(reseal({ 'v1.first': 'v1.anew' }))
      .then({ type: 'webhook.resealed', data: {}, private: { ...sealed, secret: 'v1.anew' } });
    given(created, rotated)
      .when(reseal({ 'v1.first': 'v1.anew' }))
      .then({
        type: 'webhook.resealed',
        data: {},
        private: { ...sealed, secret: 'v1.second', previous: { secret: 'v1.anew', rotatedAt: LATER } },
      });
    given(created)
      .when(reseal({ 'v1.other': 'v1.anew' }))
      .thenNothing();
    given()
      .when(reseal({ 'v1.first': 'v1.anew' }))
      .thenNothing();
  });

  it('is disabled once', () => {
    given(created).when(disable).then(disabled);
    given(created, disabled).when(disable).thenNothing();
    given(created, deleted).when(disable).thenNothing();
  });

  it('replays three ranges at once at most', () => {
    given(created)
      .when(replay(2))
      .then({
        type: 'webhook.replay_requested',
        data: { webhookId: ID, at: LATER, since: AT, until: LATER, only: 'all' },
      });
    given(created).when(replay(3)).thenRejected('conflict');
  });

  it('tries a delivery again unless it is going to be', () => {
    for (const status of ['succeeded', 'failed'] as const)
      given(created)
        .when(retry({ sequence: 7, status }))
        .then({
          type: 'webhook.retry_requested',
          data: { webhookId: ID, at: LATER, deliveryId: 'dlv_1', sequence: 7 },
        });
    given(created)
      .when(retry({ sequence: 7, status: 'pending' }))
      .thenRejected('conflict');
    given(created).when(retry(null)).thenRejected('not_found');
  });

  it('does not exist before it is created, nor after it is deleted', () => {
    given(created).when(remove).then(deleted);
    for (const command of [update({}), rotate, replay(0), retry(null), remove]) {
      given().when(command).thenRejected('not_found');
      given(created, deleted).when(command).thenRejected('not_found');
    }
  });
});
