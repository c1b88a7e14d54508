import type { LeftOutReason } from '@wbiz/contracts/campaign-plan';
import type { Schemas } from '@wbiz/sdk/operations';
import { When } from '../../parts/when.js';
import { LEFT_OUT_NAMES, number } from './words.js';

/** What the campaign would send if it started now. */
export function Plan({ preview, isOld }: { preview: Schemas['AudiencePreview']; isOld: boolean }) {
  const { total, optedIn, sample, plan } = preview;
  const leftOut = Object.entries(plan?.leftOut ?? {}).filter(([, count]) => count > 0);
  return (
    <div class={isOld ? 'plan old' : 'plan'} aria-busy={isOld}>
      <dl class="counters">
        <div>
          <dt>Audience</dt>
          <dd>
            <span class="count">{number.format(total)}</span>
          </dd>
        </div>
        <div>
          <dt>Opted in</dt>
          <dd>
            <span class="count">{number.format(optedIn)}</span>
          </dd>
        </div>
        {plan && (
          <div class="read">
            <dt>Would get it</dt>
            <dd>
              <span class="count">{number.format(plan.eligible)}</span>
            </dd>
          </div>
        )}
      </dl>
      {leftOut.length > 0 && (
        <div>
          <h3>Left out</h3>
          <ul class="plain-list">
            {leftOut.map(([reason, count]) => (
              <li key={reason} class="row apart">
                <span>{LEFT_OUT_NAMES[reason as LeftOutReason]}</span>
                <span class="figure">{number.format(count)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {plan?.expectedEndAt && (
        <p>
          If it started now it would be through{' '}
          {Date.parse(plan.expectedEndAt) < Date.now() + 10_000 ? (
            'within seconds'
          ) : (
            <When at={plan.expectedEndAt} />
          )}
          .
        </p>
      )}
      {sample.length > 0 && (
        <details>
          <summary>Some of them</summary>
          <ul class="plain-list sample">
            {sample.map(({ id, name, phone, userId }) => (
              <li key={id} class="row apart">
                <span>{name ?? <span class="soft">No name</span>}</span>
                <span class="soft figure">{phone ?? userId}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
