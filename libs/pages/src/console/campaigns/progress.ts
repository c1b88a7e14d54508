import type { CampaignCounts } from '@wbiz/contracts/campaign';

/** Parts that add up to the total; the API's counts include one another. */
export function partsOf({ total, sent, delivered, read, failed, skipped }: CampaignCounts) {
  return [
    { name: 'read', count: read },
    { name: 'delivered', count: delivered - read },
    { name: 'sent', count: sent - delivered },
    { name: 'failed', count: failed },
    { name: 'skipped', count: skipped },
    { name: 'queued', count: total - sent - failed - skipped },
  ];
}

/** How many recipients are done: sent, failed or skipped. */
export const doneOf = ({ sent, failed, skipped }: CampaignCounts) => sent + failed + skipped;

/** The counts of a campaign at `at` (ISO 8601). */
export type Point = { readonly at: string; readonly counts: CampaignCounts };

export const SERIES = ['sent', 'delivered', 'read', 'failed'] as const;
export type Series = (typeof SERIES)[number];

/** Points in order of time, one per time; the later source wins. */
export function pointsOf(...sources: readonly (readonly Point[])[]): Point[] {
  const byTime = new Map(sources.flat().map((point) => [Date.parse(point.at), point]));
  return [...byTime].sort(([a], [b]) => a - b).map(([, point]) => point);
}

/** At most `most` of the points, always with the first and the last. */
export function thinned(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, nth) => points[Math.round(nth * step)]!);
}

/**
 * The numbers at the grid lines of a chart that reaches `most`, from 0 up: whole, evenly spaced, at most five steps, and
 * the last of them not below `most`.
 */
export function ticksFor(most: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const step = [power / 10, power / 5, power / 2, power, power * 2].find(
    (step) => Number.isInteger(step) && step * MOST_STEPS >= most,
  )!;
  const steps = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: steps + 1 }, (_, nth) => nth * step);
}

const MOST_STEPS = 5;

/** The SVG path of a series in a `width` × `height` box: a step at each point, since values between are unknown. */
export function pathOf(
  points: readonly Point[],
  series: Series,
  { width, height, most }: { readonly width: number; readonly height: number; readonly most: number },
): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  const begin = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - begin);
  const x = ({ at }: Point) => round(((Date.parse(at) - begin) / span) * width);
  const y = ({ counts }: Point) => round(height - (counts[series] / Math.max(1, most)) * height);
  return points
    .map((point, nth) => (nth === 0 ? `M${x(point)} ${y(point)}` : `L${x(point)} ${y(point)}`))
    .join('');
}

const round = (value: number) => Math.round(value * 10) / 10;
