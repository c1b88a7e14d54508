import { isDeepStrictEqual } from 'node:util';
import {
  MOST_REPLAYS,
  MOST_WEBHOOKS,
  type CreateWebhookData,
  type DeleteWebhookData,
  type DeliveryStatus,
  type ReplayWebhookData,
  type RetryDeliveryData,
  type RotateSecretData,
  type UpdateWebhookData,
  type WebhookView,
} from '@wbiz/contracts/webhook';
import type { WebhookDisabledData } from '@wbiz/contracts/webhook-disabled';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

type Sealed = {
  readonly secret: string;
  /** The secret before the last rotation; it also signs for 24 hours after the rotation. */
  readonly previous: { readonly secret: string; readonly rotatedAt: string } | null;
  /** The client's own headers, as JSON. */
  readonly headers: string | null;
};
/** Null before the webhook is created. */
export type WebhookState = {
  readonly view: WebhookView;
  readonly sealed: Sealed;
  readonly deleted: boolean;
} | null;

/** Data of the command `webhook.disable`, which the deliverer sends. */
type DisableWebhookData = WebhookDisabledData;

/** Data of the command `webhook.reseal`. */
type ResealWebhookData = {
  readonly webhookId: string;
  /** New sealed texts, keyed by the old ones that they replace. */
  readonly renewed: Readonly<Record<string, string>>;
};

export type WebhookFacts = {
  /** How many webhooks the account has. */
  readonly webhooks: number;
  /** How many replays of the webhook have not ended. */
  readonly replays: number;
  /** The delivery to retry; null if no delivery has that id. */
  readonly delivery: { readonly sequence: number; readonly status: DeliveryStatus } | null;
};
type Informed = { readonly facts: WebhookFacts };
export type WebhookCommand = (
  | Message<'webhook.create', CreateWebhookData>
  | Message<'webhook.update', UpdateWebhookData>
  | Message<'webhook.delete', DeleteWebhookData>
  | Message<'webhook.rotate-secret', RotateSecretData>
  | Message<'webhook.replay', ReplayWebhookData>
  | Message<'webhook.retry', RetryDeliveryData>
  | Message<'webhook.disable', DisableWebhookData>
  | Message<'webhook.reseal', ResealWebhookData>
) &
  Informed;

type Created = { readonly view: WebhookView; readonly since: string | null };
type Updated = {
  readonly view: WebhookView;
  /** Where a webhook that was activated again continues; null: the update did not activate it. */
  readonly resume: 'cursor' | 'now' | null;
  /** Whether the URL changed; the circuit breaker is then reset, since its state is that of the old endpoint. */
  readonly urlChanged: boolean;
};
export type WebhookEvent =
  | DomainEvent<'webhook.created', Created, Sealed>
  | DomainEvent<'webhook.updated', Updated, Pick<Sealed, 'headers'>>
  | DomainEvent<'webhook.secret_rotated', { readonly at: string }, Pick<Sealed, 'secret' | 'previous'>>
  | DomainEvent<'webhook.resealed', Record<never, never>, Sealed>
  | DomainEvent<'webhook.replay_requested', ReplayWebhookData>
  | DomainEvent<'webhook.retry_requested', RetryDeliveryData & { readonly sequence: number }>
  | DomainEvent<'webhook.disabled', WebhookDisabledData>
  | DomainEvent<'webhook.deleted', DeleteWebhookData>;

export const webhook: Decider<WebhookCommand, WebhookState, WebhookEvent> = {
  initial: null,

  decide: {
    'webhook.create': ({ data, facts }) => {
      if (facts.webhooks >= MOST_WEBHOOKS)
        throw new Rejection('conflict', `An account has at most ${MOST_WEBHOOKS} webhooks.`);
      const { webhookId: id, at, url, events, description, headerNames, ratePerSecond } = data;
      const view: WebhookView = {
        id,
        url,
        events: [...new Set(events)],
        active: true,
        status: 'active',
        reason: null,
        description: description ?? null,
        headerNames: [...(headerNames ?? [])],
        ratePerSecond: ratePerSecond ?? null,
        createdAt: at,
        updatedAt: at,
      };
      const sealed = { secret: data.sealedSecret, previous: null, headers: data.sealedHeaders ?? null };
      return [{ type: 'webhook.created', data: { view, since: data.since ?? null }, private: sealed }];
    },

    'webhook.update': ({ data }, state) => {
      const { view, sealed } = known(state, data.webhookId);
      const { at, active = view.active, sealedHeaders = sealed.headers } = data;
      const activated = active && !view.active;
      const after: WebhookView = {
        ...view,
        url: data.url ?? view.url,
        events: data.events ? [...new Set(data.events)] : view.events,
        active,
        ...(activated && { status: 'active', reason: null }),
        ...(!active && view.active && { status: 'inactive' }),
        description: data.description === undefined ? view.description : data.description,
        headerNames: data.headerNames ? [...data.headerNames] : view.headerNames,
        ratePerSecond: data.ratePerSecond === undefined ? view.ratePerSecond : data.ratePerSecond,
        updatedAt: at,
      };
      const resume = activated ? (data.resumeFrom ?? 'cursor') : null;
      const urlChanged = after.url !== view.url;
      return [
        {
          type: 'webhook.updated',
          data: { view: after, resume, urlChanged },
          private: { headers: sealedHeaders },
        },
      ];
    },

    'webhook.rotate-secret': ({ data: { webhookId, at, sealedSecret } }, state) => {
      const { sealed } = known(state, webhookId);
      return [
        {
          type: 'webhook.secret_rotated',
          data: { at },
          private: { secret: sealedSecret, previous: { secret: sealed.secret, rotatedAt: at } },
        },
      ];
    },

    'webhook.replay': ({ data, facts }, state) => {
      known(state, data.webhookId);
      if (facts.replays >= MOST_REPLAYS)
        throw new Rejection(
          'conflict',
          `At most ${MOST_REPLAYS} replays of a webhook run at once; wait for one to end.`,
        );
      return [{ type: 'webhook.replay_requested', data }];
    },

    'webhook.retry': ({ data, facts: { delivery } }, state) => {
      known(state, data.webhookId);
      if (!delivery) throw new Rejection('not_found', `There is no delivery ${data.deliveryId}.`);
      if (delivery.status === 'pending')
        throw new Rejection('conflict', `The delivery ${data.deliveryId} is going to be tried again anyway.`);
      return [{ type: 'webhook.retry_requested', data: { ...data, sequence: delivery.sequence } }];
    },

    'webhook.disable': ({ data }, state) =>
      state && !state.deleted && state.view.active ? [{ type: 'webhook.disabled', data }] : [],

    'webhook.reseal': ({ data: { renewed } }, state) => {
      if (!state) return [];
      const { secret, previous, headers } = state.sealed;
      const anew = (text: string) => renewed[text] ?? text;
      const sealed = {
        secret: anew(secret),
        previous: previous && { ...previous, secret: anew(previous.secret) },
        headers: headers && anew(headers),
      };
      return isDeepStrictEqual(sealed, state.sealed)
        ? []
        : [{ type: 'webhook.resealed', data: {}, private: sealed }];
    },

    'webhook.delete': ({ data }, state) => {
      known(state, data.webhookId);
      return [{ type: 'webhook.deleted', data }];
    },
  },

  evolve: {
    'webhook.created': (_, { data: { view }, private: sealed }) => ({
      view,
      sealed: sealed!,
      deleted: false,
    }),
    'webhook.updated': (state, { data: { view }, private: sealed }) =>
      state && { ...state, view, sealed: { ...state.sealed, ...sealed } },
    'webhook.secret_rotated': (state, { data: { at }, private: sealed }) =>
      state && {
        ...state,
        view: { ...state.view, updatedAt: at },
        sealed: { ...state.sealed, ...sealed },
      },
    'webhook.resealed': (state, { private: sealed }) => state && { ...state, sealed: sealed! },
    'webhook.replay_requested': (state) => state,
    'webhook.retry_requested': (state) => state,
    'webhook.disabled': (state, { data: { detail, at } }) =>
      state && {
        ...state,
        view: { ...state.view, active: false, status: 'disabled', reason: detail, updatedAt: at },
      },
    'webhook.deleted': (state) => state && { ...state, deleted: true },
  },
};

function known(state: WebhookState, id: string): NonNullable<WebhookState> {
  if (!state || state.deleted) throw new Rejection('not_found', `There is no webhook ${id}.`);
  return state;
}
