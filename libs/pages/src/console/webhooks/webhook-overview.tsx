import { useQuery } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { dateTime } from '../../parts/clock.js';
import { Fault } from '../../parts/fault.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { EventTypes } from './webhook-list.js';
import { type Stats, statsQuery, type Webhook } from './webhook-queries.js';
import { lengthOf, percent } from './webhook-words.js';

export function WebhookOverview({ webhook }: { webhook: Webhook }) {
  const { account, api } = useAccount();
  const { data, error } = useQuery(statsQuery(account.id, api, webhook.id));
  if (!data) return <Fault error={error} />;
  return (
    <>
      <dl class="figures">
        <Figure name="Success, 1 h">{percent(data.lastHour.successRate)}</Figure>
        <Figure name="Success, 24 h">{percent(data.lastDay.successRate)}</Figure>
        <Figure name="Attempts, 24 h">{data.lastDay.attempts.toLocaleString()}</Figure>
        <Figure name="Answer, p50 / p99">
          {data.lastDay.p50 === null ? '–' : `${data.lastDay.p50} / ${data.lastDay.p99} ms`}
        </Figure>
        <Figure name="In line">{waiting(data)}</Figure>
        <Figure name="To be retried">{data.pending.toLocaleString()}</Figure>
        <Figure name="Given up">{data.failed.toLocaleString()}</Figure>
        <Figure name="Events">
          <EventTypes events={webhook.events} />
        </Figure>
        <Figure name="Pace">{webhook.ratePerSecond ? `${webhook.ratePerSecond} / s` : 'No limit'}</Figure>
        <Figure name="Created">
          <When at={webhook.createdAt} />
        </Figure>
      </dl>
      {data.replays.map((replay) => (
        <Replaying key={`${replay.since} ${replay.until} ${replay.only}`} replay={replay} />
      ))}
    </>
  );
}

const waiting = ({ lagEvents, lagSeconds }: Stats) =>
  lagEvents === 0 ? 'None' : `${lagEvents.toLocaleString()}, the oldest for ${lengthOf(lagSeconds)}`;

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Replaying({ replay: { since, until, only, passed, total } }: { replay: Stats['replays'][number] }) {
  const [from, to] = [dateTime(since), dateTime(until)];
  return (
    <div class="notice stack">
      <p>
        Replaying {only === 'failed' ? 'what was given up' : 'all events'} from {from} to {to}
      </p>
      <div class="row">
        <progress max={Math.max(1, total)} value={passed} aria-label="Replay" />
        <span class="soft">
          {passed.toLocaleString()} of {total.toLocaleString()} events passed
        </span>
      </div>
    </div>
  );
}
