import type { CampaignCounts } from '@wbiz/contracts/campaign';
import { useId } from 'preact/hooks';
import { dateTime, time, timeWithSeconds } from '../../parts/clock.js';
import { pathOf, SERIES, thinned, ticksFor, type Point, type Series } from './progress.js';
import { number } from './words.js';

const FIELD = { width: 720, height: 180 };
const ROWS = 12;
const NAMES: Readonly<Record<Series, string>> = {
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Failed',
};

type ChartProps = {
  readonly points: readonly Point[];
  /** The current counts. */
  readonly counts: CampaignCounts;
};

/** Sent, delivered, read and failed over time, and the same as a table below. */
export function ProgressChart({ points, counts }: ChartProps) {
  const title = useId();
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return <p class="soft">Nothing to draw yet.</p>;
  const most = Math.max(1, counts.total - counts.skipped);
  const ticks = ticksFor(most);
  const top = ticks.at(-1)!;
  const shown = clockFor(first.at, last.at);
  return (
    <figure class="chart">
      <ul class="legend" aria-hidden="true">
        {SERIES.map((series) => (
          <li key={series} class={series}>
            <svg viewBox="0 0 24 4">
              <path class={series} d="M0 2H24" />
            </svg>
            {NAMES[series]} <strong>{number.format(counts[series])}</strong>
          </li>
        ))}
      </ul>
      <div class="drawing">
        <div class="scale" aria-hidden="true">
          {ticks.toReversed().map((tick) => (
            <span key={tick}>{number.format(tick)}</span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${FIELD.width} ${FIELD.height}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={title}
        >
          <title id={title}>
            {`From ${shown(first.at)} to ${shown(last.at)}: ${SERIES.map((series) => `${number.format(counts[series])} ${series}`).join(', ')} of ${number.format(most)}.`}
          </title>
          {ticks.map((tick) => (
            <line
              key={tick}
              class="grid"
              x1="0"
              x2={FIELD.width}
              y1={FIELD.height * (1 - tick / top)}
              y2={FIELD.height * (1 - tick / top)}
            />
          ))}
          {SERIES.map((series) => (
            <path key={series} class={series} d={pathOf(points, series, { ...FIELD, most: top })} />
          ))}
        </svg>
        <div class="times" aria-hidden="true">
          <span>{shown(first.at)}</span>
          <span>{shown(last.at)}</span>
        </div>
      </div>
      <details>
        <summary>As a table</summary>
        <div class="table">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {SERIES.map((series) => (
                  <th key={series} scope="col" class="number">
                    {NAMES[series]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {thinned(points, ROWS).map(({ at, counts }) => (
                <tr key={at}>
                  <td>{shown(at)}</td>
                  {SERIES.map((series) => (
                    <td key={series} class="number">
                      {number.format(counts[series])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

const DAY_MS = 86_400_000;
const SHORT_MS = 600_000;

/** Times of day; with seconds within ten minutes, with the date over more than one day. */
function clockFor(from: string, to: string): (at: string) => string {
  const span = Date.parse(to) - Date.parse(from);
  if (span > DAY_MS) return dateTime;
  return span < SHORT_MS ? timeWithSeconds : time;
}
