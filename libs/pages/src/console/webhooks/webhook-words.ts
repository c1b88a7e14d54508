import type { Delivery, Stats, Webhook } from './webhook-queries.js';

type Look = 'good' | 'warn' | 'bad' | '';
type Badge = readonly [look: Look, words: string];

const OF_WEBHOOK: Readonly<Record<Webhook['status'], Badge>> = {
  active: ['good', 'Active'],
  failing: ['bad', 'Failing'],
  inactive: ['', 'Paused'],
  disabled: ['bad', 'Disabled'],
};

/** An active webhook fails too if each attempt of the last hour failed: the API says so only after ten in a row. */
export const isFailing = (status: Webhook['status'], stats: Stats | undefined): boolean =>
  status === 'failing' || (status === 'active' && stats?.lastHour.successRate === 0);

export const webhookBadge = (status: Webhook['status'], stats: Stats | undefined): Badge =>
  OF_WEBHOOK[isFailing(status, stats) ? 'failing' : status];

/** A pending delivery without a time of its own is in line: it is sent in order once the endpoint answers. */
export function deliveryBadge({ status, nextAttemptAt }: Pick<Delivery, 'status' | 'nextAttemptAt'>): Badge {
  if (status === 'succeeded') return ['good', 'Succeeded'];
  if (status === 'failed') return ['bad', 'Given up'];
  return ['warn', nextAttemptAt === null ? 'In line' : 'To be retried'];
}

/** A rate of 0 to 1 in percent; never rounded up to 100 %. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  return `${share === 1 ? 100 : (Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** The endpoint's answer, or why there was none. */
export const answerOf = ({ statusCode, error }: Pick<Delivery, 'statusCode' | 'error'>) =>
  statusCode === null ? (error ?? 'No answer') : `HTTP ${statusCode}`;

/** The delivery that was attempted last. */
export const lastAttempted = (deliveries: readonly Delivery[]): Delivery | undefined =>
  deliveries.reduce<Delivery | undefined>(
    (last, one) => (last && Date.parse(last.lastAttemptAt) >= Date.parse(one.lastAttemptAt) ? last : one),
    undefined,
  );

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** A length of time in its largest whole unit: `45 s`, `32 min`, `2 h`, `3 d`. */
export function lengthOf(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}
