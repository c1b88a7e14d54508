import { describe, expect, it } from '@jest/globals';
import type { AccountData, UpdateAccount } from '@wbiz/contracts/account';
import { fold } from '@wbiz/eventing/decider';
import { scenario } from '@wbiz/testing/scenario';
import {
  account,
  dataOf,
  type AccountCommand,
  type AccountEvent,
  type AccountState,
  type NumberNote,
  type ReportedNumber,
  type StatusNote,
} from './account.decider.js';

const EARLIER = '2026-11-22T09:00:00.000Z';
const AT = '2026-11-22T10:00:00.000Z';
const LATER = '2026-11-22T11:00:00.000Z';
const accountId = 'acc_1';

const one: ReportedNumber = {
  id: '11',
  displayPhoneNumber: '+91 80000 00001',
  verifiedName: 'Shop',
  qualityRating: 'GREEN',
  messagingLimit: 'TIER_2K',
  throughput: 80,
};
const other: ReportedNumber = { ...one, id: '12', displayPhoneNumber: '+91 80000 00002' };
const connect = (given: object = {}): AccountCommand => ({
  type: 'account.connect',
  data: {
    accountId,
    wabaId: '1',
    wabaName: 'Shop',
    sealedToken: 'sealed',
    appId: 'app',
    numbers: [one, other],
    at: AT,
    ...given,
  },
});
const update = (given: UpdateAccount, at = AT): AccountCommand => ({
  type: 'account.update',
  data: { accountId, at, ...given },
});
const noted = (note: StatusNote, at = AT): AccountCommand => ({
  type: 'account.note-status',
  data: { accountId, at, ...note },
});
const numberNoted = (note: Partial<NumberNote>, at = AT): AccountCommand => ({
  type: 'account.note-number',
  data: {
    accountId,
    at,
    digits: '918000000001',
    event: 'ONBOARDING',
    messagingLimit: null,
    throughput: null,
    ...note,
  },
});

const data: AccountData = {
  wabaId: '1',
  name: 'Shop',
  status: 'active',
  plan: 'starter',
  entitled: true,
  unknownOutcomePolicy: 'fail',
  connectedAt: AT,
  checkedAt: AT,
  trialEndsAt: null,
  optOutWords: null,
  phoneNumbers: [
    { ...one, isDefault: true },
    { ...other, isDefault: false },
  ],
};
const updated = (change: Partial<AccountData>, kept: object): AccountEvent => ({
  type: 'account.updated',
  data: { ...data, ...change },
  private: kept,
});
const connected = (change: Partial<AccountData> = {}, kept: object = {}) =>
  updated(change, { sealedToken: 'sealed', appId: 'app', holds: {}, throughput: null, ...kept });
const status = (now: AccountData['status'], reason: string | null, at = AT): AccountEvent => ({
  type: 'account.status',
  data: { status: now, reason, at },
});
const banned: StatusNote = { hold: 'ban', reason: 'Banned.' };
const reinstated: StatusNote = { lift: 'ban', reason: 'Reinstated.' };

const { given } = scenario(account);
const folded = (...events: AccountEvent[]) => fold(account, events) as AccountState;
/** The state after the commands, run one after another. */
const after = (...commands: AccountCommand[]) =>
  commands.reduce<AccountEvent[]>((events, command) => {
    const rule = account.decide[command.type] as (command: AccountCommand, state: unknown) => AccountEvent[];
    return [...events, ...rule(command, fold(account, events))];
  }, []);

describe('connecting', () => {
  it('makes an account on the starter plan that sends from the first number', () => {
    given().when(connect()).then(connected());
  });

  it('takes the name, plan and default number it is given', () => {
    given()
      .when(connect({ name: 'Mine', plan: 'scale', defaultPhoneNumberId: '12' }))
      .then(
        connected({
          name: 'Mine',
          plan: 'scale',
          phoneNumbers: [
            { ...one, isDefault: false },
            { ...other, isDefault: true },
          ],
        }),
      );
  });

  it('has its token sealed anew, unless it has another by then', () => {
    const reseal = (text: string): AccountCommand => ({
      type: 'account.reseal',
      data: { accountId, renewed: { [text]: 'anew' } },
    });
    given(connected())
      .when(reseal('sealed'))
      .then({ type: 'account.resealed', data: {}, private: { sealedToken: 'anew' } });
    given(connected()).when(reseal('other')).thenNothing();
    given().when(reseal('sealed')).thenNothing();
  });

  it('again replaces token and numbers and keeps what operators decided', () => {
    const settings = { plan: 'growth', entitled: false, unknownOutcomePolicy: 'resend' } as const;
    given(connected(settings, { throughput: 30 }))
      .when(connect({ sealedToken: 'newer', numbers: [{ ...other, qualityRating: 'RED' }], at: LATER }))
      .then(
        connected(
          {
            ...settings,
            checkedAt: LATER,
            phoneNumbers: [{ ...other, qualityRating: 'RED', throughput: 30, isDefault: true }],
          },
          { sealedToken: 'newer', throughput: 30 },
        ),
      );
  });

  it('keeps the default number while Meta still has it', () => {
    const [last] = after(connect({ defaultPhoneNumberId: '12' }), connect({ numbers: [one, other] })).slice(
      -1,
    );
    expect((last!.data as AccountData).phoneNumbers.map(({ isDefault }) => isDefault)).toEqual([false, true]);
  });

  it('brings back a disconnected account, as connected from then on', () => {
    const events = after(connect(), noted({ hold: 'gone', reason: 'Gone.' }), connect({ at: LATER }));
    expect(events.slice(-1)).toEqual([status('active', 'The account was connected again.', LATER)]);
    expect(folded(...events)).toMatchObject({ status: 'active', connectedAt: LATER });
  });

  it('does not overrule an operator who suspended it', () => {
    const events = after(connect(), update({ status: 'suspended' }), connect({ at: LATER }));
    expect(folded(...events)).toMatchObject({ status: 'suspended', connectedAt: AT });
  });
});

describe('updating', () => {
  it('changes only what is given', () => {
    given(connected())
      .when(update({ plan: 'scale' }))
      .then(updated({ plan: 'scale' }, {}));
  });

  it('sets the throughput of every number, also of later ones', () => {
    const events = after(
      connect(),
      update({ throughput: 200 }),
      numberNoted({ throughput: 1000 }, LATER),
      connect(),
    );
    expect(folded(...events).phoneNumbers.map(({ throughput }) => throughput)).toEqual([200, 200]);
  });

  it('tells of a suspension, and of its end', () => {
    const events = after(connect(), update({ status: 'suspended' }), update({ status: 'active' }, LATER));
    expect(events.filter(({ type }) => type === 'account.status')).toEqual([
      status('suspended', 'An operator suspended the account.'),
      status('active', 'An operator put the account back to work.', LATER),
    ]);
  });

  it('decides nothing when nothing changes', () => {
    given(connected())
      .when(update({ plan: 'starter', status: 'active', entitled: true }))
      .thenNothing();
    given(...after(connect(), update({ status: 'suspended' })))
      .when(update({ status: 'suspended' }, LATER))
      .thenNothing();
  });

  it('refuses to activate what Meta disconnected, and an account that is not there', () => {
    given(...after(connect(), noted({ hold: 'gone', reason: 'Gone.' })))
      .when(update({ status: 'active' }))
      .thenRejected('conflict');
    given()
      .when(update({ plan: 'scale' }))
      .thenRejected('not_found');
  });
});

describe('what Meta says of the account', () => {
  it('suspends it and lets it go again', () => {
    given(connected())
      .when(noted(banned))
      .then(
        updated({ status: 'suspended' }, { holds: { ban: { on: true, at: AT } } }),
        status('suspended', 'Banned.'),
      );
    given(...after(connect(), noted(banned)))
      .when(noted(reinstated, LATER))
      .then(
        updated({}, { holds: { ban: { on: false, at: LATER } } }),
        status('active', 'Reinstated.', LATER),
      );
  });

  it('counts once, however often it is said, and not when it is older than what is known', () => {
    given(...after(connect(), noted(banned)))
      .when(noted(banned, LATER))
      .thenNothing();
    given(...after(connect(), noted(reinstated)))
      .when(noted(banned, EARLIER))
      .thenNothing();
  });

  it('leaves it suspended until the last hold is gone', () => {
    const events = after(
      connect(),
      noted(banned),
      noted({ hold: 'review', reason: 'Declined.' }),
      noted(reinstated, LATER),
    );
    expect(folded(...events).status).toBe('suspended');
    expect(events.filter(({ type }) => type === 'account.status')).toHaveLength(1);
  });

  it('is passed on when it changes nothing, once', () => {
    const violation: StatusNote = { reason: 'Meta reports a violation of its policies: SPAM.' };
    given(connected()).when(noted(violation)).then(status('active', violation.reason));
    given(...after(connect(), noted(violation)))
      .when(noted(violation))
      .thenNothing();
    given(...after(connect(), noted(violation)))
      .when(noted(violation, LATER))
      .then(status('active', violation.reason, LATER));
  });

  it('counts for nothing when it was said before the account was connected, or something was said since', () => {
    const violation = { reason: 'Spam.' };
    for (const note of [banned, violation]) given(connected()).when(noted(note, EARLIER)).thenNothing();
    given(...after(connect({ at: '2026-11-22T10:00:00.400Z' })))
      .when(noted(violation, AT))
      .then(status('active', violation.reason));
    given(...after(connect(), noted(violation), noted({ reason: 'Scam.' }, LATER)))
      .when(noted(violation))
      .thenNothing();
  });
  it('counts as connected anew after it was off the Cloud API', () => {
    const events = after(
      connect(),
      noted({ hold: 'offboarded', reason: 'Off.' }),
      noted({ lift: 'offboarded', reason: 'On.' }, LATER),
    );
    expect(folded(...events)).toMatchObject({ status: 'active', connectedAt: LATER });
  });

  it('is none of ours when it is about another app', () => {
    const uninstalled: StatusNote = { hold: 'gone', reason: 'Taken back.' };
    given(connected())
      .when(noted({ ...uninstalled, appId: 'another' }))
      .thenNothing();
    expect(folded(...after(connect(), noted({ ...uninstalled, appId: 'app' }))).status).toBe('disconnected');
  });
});

describe('what Meta says of a number', () => {
  const quality = (event: string, messagingLimit: string, at = AT): AccountEvent => ({
    type: 'phone_number.quality',
    data: { phoneNumberId: '11', displayPhoneNumber: one.displayPhoneNumber, event, messagingLimit, at },
  });

  it('changes its limit and throughput', () => {
    given(connected())
      .when(numberNoted({ event: 'THROUGHPUT_UPGRADE', messagingLimit: 'TIER_10K', throughput: 1000 }))
      .then(
        updated(
          {
            phoneNumbers: [
              { ...one, messagingLimit: 'TIER_10K', throughput: 1000, isDefault: true },
              { ...other, isDefault: false },
            ],
          },
          {},
        ),
        quality('THROUGHPUT_UPGRADE', 'TIER_10K'),
      );
  });

  it('is passed on when it changes nothing we keep, once, and not when it is old', () => {
    given(connected())
      .when(numberNoted({ event: 'FLAGGED' }))
      .then(quality('FLAGGED', 'TIER_2K'));
    const flagged = after(connect(), numberNoted({ event: 'FLAGGED' }));
    given(...flagged)
      .when(numberNoted({ event: 'FLAGGED' }))
      .thenNothing();
    given(...flagged)
      .when(numberNoted({ event: 'UNFLAGGED' }, EARLIER))
      .thenNothing();
    given(...flagged)
      .when(numberNoted({ event: 'DOWNGRADE' }))
      .then(quality('DOWNGRADE', 'TIER_2K'));
  });

  it('may change its limit twice in one second', () => {
    const lowered = (messagingLimit: string) => numberNoted({ event: 'DOWNGRADE', messagingLimit });
    given(...after(connect(), lowered('TIER_250')))
      .when(lowered('TIER_250'))
      .thenNothing();
    const { phoneNumbers } = folded(...after(connect(), lowered('TIER_250'), lowered('TIER_50')));
    expect(phoneNumbers[0]?.messagingLimit).toBe('TIER_50');
  });

  it('is nothing when the number is not ours', () => {
    given(connected())
      .when(numberNoted({ digits: '15550000' }))
      .thenNothing();
  });
});

it('keeps the sealed token out of what others see', () => {
  const state = folded(
    ...after(connect(), update({ throughput: 5 }), noted(banned), noted({ reason: 'Heard.' })),
  );
  expect(JSON.stringify(dataOf(state))).not.toContain('sealed');
  expect(Object.keys(dataOf(state)).sort()).toEqual(Object.keys(data).sort());
  for (const event of after(connect(), connect({ sealedToken: 'sealed2' })))
    expect(JSON.stringify(event.data)).not.toContain('sealed');
});
