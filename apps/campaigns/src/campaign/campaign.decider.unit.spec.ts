import { describe, expect, it } from '@jest/globals';
import type { CampaignStatus, CampaignStatusData } from '@wbiz/contracts/campaign';
import { decide, fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import {
  campaign,
  type CampaignCommand,
  type CampaignEvent,
  type CampaignFacts,
} from './campaign.decider.js';
import { aCampaign, AT, counts, facts, ID, known } from './campaign.samples.js';

const { given } = scenario(campaign);
const LATER = '2026-12-24T09:00:00.000Z';

const created = (startsAt: string | null = null): CampaignEvent => ({
  type: 'campaign.created',
  data: aCampaign({ startsAt }),
});
const status = (to: CampaignStatus, changes: Partial<CampaignStatusData> = {}): CampaignEvent => ({
  type: 'campaign.status',
  data: {
    campaignId: ID,
    name: 'Diwali offer',
    status: to,
    reason: null,
    detail: null,
    resumesAt: null,
    counts: counts(),
    expectedEndAt: null,
    at: AT,
    ...changes,
  },
});
const prepared: CampaignEvent = { type: 'campaign.prepared', data: known };
type Plain = 'pause' | 'resume' | 'cancel' | 'prepare' | 'report' | 'complete';
const command = (what: Plain, about: Partial<CampaignFacts> = {}): CampaignCommand => ({
  type: `campaign.${what}`,
  data: known,
  facts: facts(about),
});
/** A `campaign.start` command at `at`: campaigns that are up to 30 minutes late still start. */
const startAt = (at: string) =>
  ({
    type: 'campaign.start',
    data: { campaignId: ID, at, since: new Date(Date.parse(at) - 1_800_000).toISOString() },
    facts: facts(),
  }) as const;
const running = [created(), status('running')];
const paused = [...running, status('paused', { reason: 'requested' })];
const ended = (how: CampaignStatus) => [...running, prepared, status(how)];

describe('a campaign begins', () => {
  it('at once, or waits for its time', () => {
    given()
      .when({ type: 'campaign.create', data: aCampaign(), facts: facts() })
      .then(created(), status('running'));
    given()
      .when({ type: 'campaign.create', data: aCampaign({ startsAt: LATER }), facts: facts() })
      .then(created(LATER), status('scheduled'));
  });

  it('once, however often it is created', () =>
    given(...running)
      .when({ type: 'campaign.create', data: aCampaign(), facts: facts() })
      .thenNothing());

  it('when it is due, and once', () => {
    const start = startAt(LATER);
    given(created(LATER), status('scheduled'))
      .when(start)
      .then(status('running', { at: LATER }));
    given(...running)
      .when(start)
      .thenNothing();
  });

  it('not by itself when it is later than the grace', () => {
    const late = startAt('2026-12-24T10:00:00.000Z');
    const detail = `It was to start at ${LATER}, and the service was not there. Resume it to start it now.`;
    const missed = status('paused', { reason: 'missed_start', detail, at: late.data.at });
    given(created(LATER), status('scheduled')).when(late).then(missed);
    given(created(LATER), status('scheduled'), missed).when(command('resume')).then(status('running'));
  });

  it('not before the time that it was changed to since it was found due', () =>
    given(created(LATER), status('scheduled')).when(startAt('2026-12-24T08:59:59.999Z')).thenNothing());

  it('at once when a change says so', () => {
    const data = { ...known, startsAt: null, schedule: { mode: 'now' } } as const;
    given(created(LATER), status('scheduled'))
      .when({ type: 'campaign.update', data, facts: facts() })
      .then({ type: 'campaign.changed', data }, status('running'));
  });
});

describe('what a status does not allow is a conflict that says why', () => {
  const scheduled = [created(LATER), status('scheduled')];
  const update = { type: 'campaign.update', data: { ...known, name: 'Holi' }, facts: facts() } as const;
  const retry = { type: 'campaign.retry-failed', data: known, facts: facts({ retryable: 3 }) } as const;
  it.each([
    ['pause', scheduled, command('pause')],
    ['pause', paused, command('pause')],
    ['pause', ended('completed'), command('pause')],
    ['resume', running, command('resume')],
    ['resume', ended('cancelled'), command('resume')],
    ['cancel', ended('completed'), command('cancel')],
    ['cancel', ended('cancelled'), command('cancel')],
    ['change', running, update],
    ['retry', scheduled, retry],
    ['retry', ended('cancelled'), retry],
    ['retry', ended('failed'), retry],
  ] as const)('%s', (_, history, asked) => {
    const state = fold(campaign, history)!;
    expect(() => decide(campaign, asked, state)).toThrow(`Campaign ${ID} is ${state.status} and cannot be `);
    given(...history)
      .when(asked)
      .thenRejected('conflict');
  });

  it('of one that is not there: not found', () => given().when(command('pause')).thenRejected('not_found'));

  it('a retry while another has not begun', () =>
    given(...ended('completed'), status('running'))
      .when({ ...retry, facts: facts({ retryable: 3, retrying: true }) })
      .thenRejected('conflict'));

  it('a retry of nothing', () =>
    given(...ended('completed'))
      .when({ type: 'campaign.retry-failed', data: known, facts: facts() })
      .thenRejected('conflict'));
});

describe('while it runs', () => {
  const about = { counts: counts({ total: 10, queued: 4, sent: 6 }), expectedEndAt: LATER };

  it('is prepared once, and not after its end', () => {
    given(...running)
      .when(command('prepare', about))
      .then(prepared, status('running', about));
    given(...running, prepared)
      .when(command('prepare'))
      .thenRejected('conflict');
    given(...running, status('cancelled'))
      .when(command('prepare'))
      .thenRejected('conflict');
  });

  it('reports its progress', () => {
    given(...running, prepared)
      .when(command('report', about))
      .then(status('running', about));
    given(...paused)
      .when(command('report', about))
      .thenNothing();
    given(...running, status('cancelled'))
      .when(command('report', { counts: about.counts, waiting: 4 }))
      .then(status('cancelled', { counts: counts({ total: 10, queued: 0, sent: 6, skipped: 4 }) }));
  });

  it('is completed when nobody is queued', () => {
    const through = counts({ total: 10, sent: 9, skipped: 1 });
    given(...running, prepared)
      .when(command('complete', about))
      .thenNothing();
    given(...running, prepared)
      .when(command('complete', { counts: through }))
      .then(status('completed', { counts: through }));
    given(...running)
      .when(command('complete', { counts: through }))
      .thenNothing();
    given(...running, prepared)
      .when(command('complete', { counts: through, retrying: true }))
      .thenNothing();
  });

  it('skips waiting recipients when it is cancelled', () => {
    const before = { counts: counts({ total: 10, queued: 4, sent: 6 }), waiting: 3 };
    const after = counts({ total: 10, queued: 1, sent: 6, skipped: 3 });
    given(...running, prepared)
      .when(command('cancel', before))
      .then(status('cancelled', { counts: after }));
  });
});

describe('a campaign that pauses by itself', () => {
  const why = { reason: 'messaging_limit', detail: 'TIER_2K is used up.', resumesAt: LATER } as const;
  const waiting = facts({ counts: counts({ total: 10, queued: 4, sent: 6 }), waiting: 4 });
  const hold = { type: 'campaign.hold', data: { ...known, ...why }, facts: waiting } as const;
  const release = (reason: 'messaging_limit' | 'not_entitled') =>
    ({ type: 'campaign.release', data: { ...known, reason }, facts: facts() }) as const;
  const held = status('paused', { ...why, counts: waiting.counts });

  it.each([
    ['nobody waits any more', { queued: 0, sent: 10 }, 0],
    ['all who are left are on the way', { queued: 4, sent: 6 }, 0],
    ['somebody is on the way', { queued: 4, sent: 6 }, 3],
    ['who is left is held by Meta', { queued: 4, held: 4, sent: 6 }, 0],
  ])('does not for the limit where %s', (_, left, waits) =>
    given(...running, prepared)
      .when({ ...hold, facts: facts({ counts: counts({ total: 10, ...left }), waiting: waits }) })
      .thenNothing(),
  );

  it('pauses for the limit although Meta holds all that was sent', () => {
    const left = counts({ total: 10, queued: 4, held: 1, sent: 6 });
    given(...running, prepared)
      .when({ ...hold, facts: facts({ counts: left, waiting: 3 }) })
      .then(status('paused', { ...why, counts: left }));
  });

  it('says why and until when, and resumes', () => {
    given(...running)
      .when(hold)
      .then(held);
    given(...running, held)
      .when(release('messaging_limit'))
      .then(status('running'));
  });

  it('does not resume once a client has paused it, or for another reason', () => {
    const byPerson = status('paused', { reason: 'requested' });
    given(...running, held)
      .when(command('pause'))
      .then(byPerson);
    given(...running, held, byPerson)
      .when(release('messaging_limit'))
      .thenNothing();
    given(...running, held)
      .when(release('not_entitled'))
      .thenNothing();
  });

  it('keeps its reason through a retry', () => {
    const about = { retryable: 2, counts: counts({ total: 9, failed: 2, sent: 7 }) };
    given(...running, held)
      .when({ type: 'campaign.retry-failed', data: known, facts: facts(about) })
      .then({ type: 'campaign.retried', data: known }, status('paused', { ...why, counts: about.counts }));
  });
});

it('runs again when failed sends are retried after its end', () => {
  const about = facts({ retryable: 2, counts: counts({ total: 9, failed: 3, sent: 6 }) });
  given(...ended('completed'))
    .when({ type: 'campaign.retry-failed', data: known, facts: about })
    .then({ type: 'campaign.retried', data: known }, status('running', { counts: about.counts }));
  const state = fold(campaign, [...ended('completed'), status('running')])!;
  expect(state).toMatchObject({ startedAt: AT, finishedAt: null });
});
