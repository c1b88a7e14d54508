import { Field } from '../../parts/field.js';
import { useAccount } from '../account.js';
import { type CampaignDraft, UTC } from './campaign-draft.js';

/** Some browsers still report the old names of these zones. */
const RENAMED: Readonly<Record<string, string>> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv',
};
const named = (zone: string) => RENAMED[zone] ?? zone;
export const HERE = named(Intl.DateTimeFormat().resolvedOptions().timeZone);
const ZONES = [HERE, UTC, ...Intl.supportedValuesOf('timeZone').map(named).sort()];

type TimeProps = {
  readonly draft: CampaignDraft;
  readonly change: (changes: Partial<CampaignDraft>) => void;
  readonly at: (place: string) => string | undefined;
};

export function TimeFields({ draft: { mode, local, zone, rate, from }, change, at }: TimeProps) {
  const { account } = useAccount();
  return (
    <>
      <fieldset class="row options">
        <legend class="unseen">When it starts</legend>
        <label class="option">
          <input type="radio" name="mode" checked={mode === 'now'} onChange={() => change({ mode: 'now' })} />
          At once
        </label>
        <label class="option">
          <input type="radio" name="mode" checked={mode === 'at'} onChange={() => change({ mode: 'at' })} />
          At a time
        </label>
      </fieldset>
      {mode === 'at' && (
        <>
          <div class="pair">
            <Field label="Day and time" fault={at('schedule/sendAt')}>
              <input
                type="datetime-local"
                value={local}
                onInput={({ currentTarget }) => change({ local: currentTarget.value })}
              />
            </Field>
            <Field label="As clocks show it in" fault={at('schedule/timeZone')}>
              <select value={zone} onChange={({ currentTarget }) => change({ zone: currentTarget.value })}>
                {[...new Set([...ZONES, zone])].map((name) => (
                  <option key={name} value={name}>
                    {name.replaceAll('_', ' ')}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <p class="soft">
            If the service is down then, it starts by itself within the grace of this installation (an hour,
            unless CAMPAIGN_START_GRACE_MS says otherwise); after that it waits, paused, until somebody
            resumes it.
          </p>
        </>
      )}
      <div class="pair">
        <Field
          label="Messages a second at most (optional)"
          hint="Empty: as fast as Meta allows the number."
          fault={at('ratePerSecond')}
        >
          <input
            inputMode="numeric"
            value={rate}
            onInput={({ currentTarget }) => change({ rate: currentTarget.value.trim() })}
          />
        </Field>
        {account.phoneNumbers.length > 1 && (
          <Field label="From" fault={at('from')}>
            <select value={from} onChange={({ currentTarget }) => change({ from: currentTarget.value })}>
              <option value="">The default number</option>
              {account.phoneNumbers.map(({ id, displayPhoneNumber, verifiedName }) => (
                <option key={id} value={id}>
                  {displayPhoneNumber} {verifiedName}
                </option>
              ))}
            </select>
          </Field>
        )}
      </div>
    </>
  );
}
