import type { CampaignCounts } from '@wbiz/contracts/campaign';
import { doneOf, partsOf } from './progress.js';
import { number } from './words.js';

export function CountsBar({ counts }: { counts: CampaignCounts }) {
  const done = doneOf(counts);
  const parts = partsOf(counts).filter(({ count }) => count > 0);
  return (
    <div
      class="counts-bar"
      role="progressbar"
      aria-label="Progress"
      aria-valuemin={0}
      aria-valuemax={counts.total}
      aria-valuenow={done}
      aria-valuetext={`${number.format(done)} of ${number.format(counts.total)}`}
    >
      {parts.map(({ name, count }) => (
        <span key={name} class={name} style={{ flexGrow: count }} title={`${number.format(count)} ${name}`} />
      ))}
    </div>
  );
}
