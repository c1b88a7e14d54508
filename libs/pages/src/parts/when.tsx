import { date, instant } from './clock.js';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How far an instant (ISO 8601) is from now: `3 minutes ago`, `in 2 hours`; over a week away, its date. */
export function distanceOf(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1_000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  if (unit === 'day' && Math.abs(seconds) > 7 * length) return date(at);
  if (unit === 'second' && Math.abs(seconds) < 10) return 'just now';
  return relative.format(Math.trunc(seconds / length), unit);
}

/** An instant (ISO 8601) relative to now, in full in its tooltip; null is a dash. */
export function When({ at }: { at: string | null | undefined }) {
  if (!at) return <span class="soft">–</span>;
  return (
    <time dateTime={at} title={instant(at)}>
      {distanceOf(at)}
    </time>
  );
}
