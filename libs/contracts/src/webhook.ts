import { randomBytes } from 'node:crypto';
import { ValidateBy } from 'class-validator';
import { FEED_EVENT_TYPES, type FeedEventType } from './event-catalogue.js';
import { Decimal, Flag, Nested, NestedList, Whole } from './schema/fields.js';
import { Link, OneOf, Text, TextList, TextMap, Time } from './schema/text-fields.js';
import { Rule } from './schema/field-registry.js';
import { Page } from './page.js';
import { fieldFault } from './problem.js';

export const MOST_WEBHOOKS = 50;
/** Most concurrent replays per webhook. */
export const MOST_REPLAYS = 3;

/**
 * `inactive`: switched off by the client. `disabled`: switched off by WBIZ, see `reason`. `failing`: paused, and probed
 * from time to time.
 */
const WEBHOOK_STATUSES = ['active', 'failing', 'inactive', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

const WEBHOOK_EVENTS = ['*', ...FEED_EVENT_TYPES] as const;
export type WebhookEvent = '*' | FeedEventType;

/** Headers that clients may not set: they identify WBIZ, describe the body or control the connection. */
const RESERVED =
  /^(webhook-.*|proxy-.*|sec-.*|host|content-.*|transfer-encoding|connection|http2-settings|keep-alive|te|trailer|upgrade|expect|user-agent|accept-encoding|traceparent|tracestate)$/i;

const WebhookUrl = (base: { optional?: boolean; example?: unknown } = {}) =>
  Link({ patternDetail: 'must be an https URL', example: 'https://your-app.com/webhooks/wbiz', ...base });
const Events = (base: { optional?: boolean; example?: unknown } = {}) =>
  TextList({
    min: 1,
    max: WEBHOOK_EVENTS.length,
    each: 60,
    among: WEBHOOK_EVENTS,
    description: 'Types of events; `*` for all, including future ones.',
    ...base,
  });
const Description = (base: { optional?: boolean; nullable?: boolean } = {}) =>
  Text({ max: 500, description: 'A note of your own.', ...base });
const Rate = (base: { optional?: boolean; nullable?: boolean } = {}) =>
  Whole({ min: 1, max: 10_000, description: 'Deliveries per second at most; null: no limit.', ...base });

const areDistinct = (names: readonly string[]) => new Set(names).size === names.length;

/** A field of the client's own headers. */
const Headers = (base: { optional?: boolean; nullable?: boolean } = {}): PropertyDecorator => {
  const map = TextMap({
    max: 20,
    key: 100,
    value: 1_000,
    description:
      'Your own headers, sent with every delivery; stored sealed and never shown again. Headers of the signature, the body and the connection are reserved.',
    ...base,
  });
  const names = ValidateBy({
    name: 'headers',
    validator: {
      validate: (value: unknown) =>
        typeof value !== 'object' ||
        value === null ||
        (Object.entries(value).every(
          ([name, text]) =>
            /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !RESERVED.test(name) && /^[\x20-\x7e]*$/.test(String(text)),
        ) &&
          areDistinct(Object.keys(value).map((name) => name.toLowerCase()))),
      defaultMessage: () =>
        'must hold header names and values of printable ASCII, each name once in whatever case; webhook-*, content-*, proxy-*, sec-*, Host, User-Agent, Accept-Encoding, traceparent and those of the connection are reserved',
    },
  });
  return (target, key) => [map, names].forEach((decorate) => decorate(target, key));
};

export class WebhookView {
  @Text({ max: 40 }) id!: string;
  @WebhookUrl() url!: string;
  @Events() events!: WebhookEvent[];
  @Flag() active!: boolean;
  @OneOf(WEBHOOK_STATUSES, {
    description: 'failing: paused after failures in a row, and probed; disabled: switched off by us.',
  })
  status!: WebhookStatus;
  @Text({ max: 500, nullable: true, description: 'Why it was disabled.' }) reason!: string | null;
  @Description({ nullable: true }) description!: string | null;
  @TextList({ max: 20, each: 100, description: 'The names of your own headers.' }) headerNames!: string[];
  @Rate({ nullable: true }) ratePerSecond!: number | null;
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** The answer to creating a webhook and to rotating its secret: the only time the secret is shown. */
export class WebhookWithSecret extends WebhookView {
  @Text({ max: 100, example: 'whsec_…', description: '`whsec_` and base64, as Standard Webhooks has it.' })
  secret!: string;
}

/** `POST /v1/webhooks`. */
export class CreateWebhook {
  @WebhookUrl() url!: string;
  @Events({ example: ['message.received', 'message.status'] }) events!: WebhookEvent[];
  @Description({ optional: true }) description?: string;
  @Headers({ optional: true }) headers?: Record<string, string>;
  @Rate({ optional: true }) ratePerSecond?: number;
  @Time({
    optional: true,
    example: undefined,
    description: 'Starts with the events since this time; default: with the next event.',
  })
  since?: string;
}

/** `PATCH /v1/webhooks/:id`. Omitted fields stay. */
@Rule<UpdateWebhook>(function* ({ active, resumeFrom }) {
  if (resumeFrom !== undefined && active !== true)
    yield fieldFault('/resumeFrom', 'resumeFrom', 'goes with active: true');
})
export class UpdateWebhook {
  @WebhookUrl({ optional: true, example: undefined }) url?: string;
  @Events({ optional: true }) events?: WebhookEvent[];
  @Flag({ optional: true, example: false }) active?: boolean;
  @OneOf(['cursor', 'now'] as const, {
    optional: true,
    description: 'With `active: true`: resume where it stopped (the default), or from now.',
  })
  resumeFrom?: 'cursor' | 'now';
  @Description({ optional: true, nullable: true }) description?: string | null;
  @Headers({ optional: true, nullable: true }) headers?: Record<string, string> | null;
  @Rate({ optional: true, nullable: true }) ratePerSecond?: number | null;
}

/** The answer to `POST /v1/webhooks/:id/test`. */
export class WebhookTestResult {
  @Flag() delivered!: boolean;
  @Whole({ min: 100, max: 999, nullable: true }) statusCode!: number | null;
  @Whole({ min: 0, max: 600_000 }) durationMs!: number;
  @Text({ max: 20_480, min: 0, nullable: true, description: 'At most 20 kB of it.' }) responseBody!:
    string | null;
  @Text({ max: 500, nullable: true, description: 'Why there was no answer.' }) error!: string | null;
}

/** `pending`: retried when due. `failed`: given up after the last retry. */
const DELIVERY_STATUSES = ['succeeded', 'pending', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** The delivery of an event to a webhook; the id is the same for every attempt. */
export class DeliveryView {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 40 }) eventId!: string;
  @Text({ max: 60 }) eventType!: string;
  @Whole({ min: 1, max: Number.MAX_SAFE_INTEGER }) sequence!: number;
  @OneOf(DELIVERY_STATUSES) status!: DeliveryStatus;
  @Whole({ min: 1, max: 1_000_000 }) attempts!: number;
  @Time() lastAttemptAt!: string;
  @Time({ nullable: true, description: 'When it is retried.' }) nextAttemptAt!: string | null;
  @Whole({ min: 100, max: 999, nullable: true }) statusCode!: number | null;
  @Text({ max: 500, nullable: true }) error!: string | null;
}

export class DeliveryAttempt {
  @Time() at!: string;
  @Flag() delivered!: boolean;
  @Whole({ min: 100, max: 999, nullable: true }) statusCode!: number | null;
  @Text({ max: 500, nullable: true }) error!: string | null;
  @Whole({ min: 0, max: 600_000 }) durationMs!: number;
  @Text({ max: 20_480, min: 0, nullable: true, description: 'At most 20 kB of it.' }) responseBody!:
    string | null;
}

/** One delivery with its attempts, newest first, at most 100. */
export class DeliveryDetail extends DeliveryView {
  @NestedList(() => DeliveryAttempt, { max: 100 }) attemptLog!: DeliveryAttempt[];
  @Text({
    max: 10_000_000,
    nullable: true,
    description: 'The body of each attempt; null once the event is no longer kept.',
  })
  requestBody!: string | null;
}

/** `GET /v1/webhooks/:id/deliveries`. */
export class ListDeliveries extends Page {
  @OneOf(DELIVERY_STATUSES, { optional: true }) status?: DeliveryStatus;
  @OneOf(FEED_EVENT_TYPES, { optional: true }) eventType?: FeedEventType;
  @Time({ optional: true, description: 'Of events since then.' }) since?: string;
  @Time({ optional: true, description: 'Of events before then.' }) until?: string;
  @Text({ max: 40, optional: true, description: 'Of events of this message.' }) messageId?: string;
}

const REPLAY_CHOICES = ['failed', 'all'] as const;
export type ReplayChoice = (typeof REPLAY_CHOICES)[number];

/** `POST /v1/webhooks/:id/replay`. */
@Rule<ReplayWebhook>(function* ({ since, until }) {
  if (until !== undefined && Date.parse(until) <= Date.parse(since))
    yield fieldFault('/until', 'until', 'must be after since');
})
export class ReplayWebhook {
  @Time({ description: 'Events since then.' }) since!: string;
  @Time({ optional: true, example: undefined, description: 'Events before then; default: now.' })
  until?: string;
  @OneOf(REPLAY_CHOICES, {
    optional: true,
    description: 'failed: only those given up; all (the default): delivered ones as well.',
  })
  only?: ReplayChoice;
}

/** An accepted replay. */
export class ReplayView {
  @Time() since!: string;
  @Time() until!: string;
  @OneOf(REPLAY_CHOICES) only!: ReplayChoice;
  @OneOf(['accepted'] as const) status!: 'accepted';
}

/** Delivery counts over a period. */
export class DeliveryStats {
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) attempts!: number;
  @Decimal({ min: 0, max: 1, nullable: true, description: 'Share of attempts that were answered with 2xx.' })
  successRate!: number | null;
  @Whole({ min: 0, max: 600_000, nullable: true, description: 'Milliseconds.' }) p50!: number | null;
  @Whole({ min: 0, max: 600_000, nullable: true, description: 'Milliseconds.' }) p99!: number | null;
}

/** A running replay. It reads the events of its range in order, including those it does not send. */
export class ReplayProgress {
  @Time() since!: string;
  @Time() until!: string;
  @OneOf(REPLAY_CHOICES) only!: ReplayChoice;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Events it has passed.' }) passed!: number;
  @Whole({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    description: 'Events up to the end of the feed at the time of the request.',
  })
  total!: number;
}

/** `GET /v1/webhooks/:id/stats`. */
export class WebhookStats {
  @Whole({ min: 0, max: 100_000, description: 'Events that wait, at most 100,000.' }) lagEvents!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Age of the oldest of them.' })
  lagSeconds!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Deliveries to be retried.' })
  pending!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Deliveries given up.' }) failed!: number;
  @Nested(() => DeliveryStats) lastHour!: DeliveryStats;
  @Nested(() => DeliveryStats) lastDay!: DeliveryStats;
  @NestedList(() => ReplayProgress, { max: MOST_REPLAYS, description: 'Replays under way.' })
  replays!: ReplayProgress[];
}

/** The signing secret of deliveries (Standard Webhooks): `whsec_` and the base64 of 32 random bytes. */
export const newWebhookSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

type Known = { readonly webhookId: string; readonly at: string };
/** Secrets travel sealed (encrypted): Kafka and stored replies must never hold one in the clear. */
type Sealed<Body extends { headers?: unknown }> = Omit<Body, 'headers'> & {
  readonly headerNames?: readonly string[];
  readonly sealedHeaders?: string | null;
};
/** Payload of the command `webhook.create`. */
export type CreateWebhookData = Sealed<CreateWebhook> & Known & { readonly sealedSecret: string };
/** Payload of the command `webhook.update`. */
export type UpdateWebhookData = Sealed<UpdateWebhook> & Known;
/** Payload of the command `webhook.delete`. */
export type DeleteWebhookData = Known;
/** Payload of the command `webhook.rotate-secret`. */
export type RotateSecretData = Known & { readonly sealedSecret: string };
/** Payload of the command `webhook.replay`. */
export type ReplayWebhookData = Known & Required<ReplayWebhook>;
/** Payload of the command `webhook.retry`. */
export type RetryDeliveryData = Known & { readonly deliveryId: string };

/** The reply to commands that set a webhook's secret. */
export type WebhookAndSealedSecret = { readonly view: WebhookView; readonly sealedSecret: string };
