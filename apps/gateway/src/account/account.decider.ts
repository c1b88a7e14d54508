import { isDeepStrictEqual } from 'node:util';
import type {
  AccountData,
  AccountStatus,
  AccountStatusData,
  PhoneNumberQualityData,
  PhoneNumberView,
  Plan,
  UpdateAccount,
} from '@wbiz/contracts/account';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** Why an account may not be used: set by an operator, or by Meta (banned, review failed, offboarded, access removed). */
type Hold = 'operator' | 'ban' | 'review' | 'offboarded' | 'gone';

/** Fields that clients never see. `throughput`: set by an operator, in messages per second per phone number. */
type Kept = {
  readonly sealedToken: string;
  readonly appId: string;
  readonly throughput: number | null;
  readonly holds: { readonly [Reason in Hold]?: { readonly on: boolean; readonly at: string } };
};

/** `told`: Meta's last report on the account and, by id, on each phone number; used to ignore repeated reports. */
export type AccountState = AccountData & Kept & { readonly told: Readonly<Record<string, string>> };

export type ReportedNumber = Omit<PhoneNumberView, 'isDefault'>;

/** `at`: ISO 8601 UTC with milliseconds, so that times compare as texts. */
export type AccountCommand =
  | Message<
      'account.connect',
      {
        readonly accountId: string;
        readonly wabaId: string;
        readonly wabaName: string;
        readonly name?: string;
        readonly plan?: Plan;
        readonly defaultPhoneNumberId?: string;
        readonly sealedToken: string;
        readonly appId: string;
        readonly numbers: readonly ReportedNumber[];
        readonly at: string;
      }
    >
  /** `renewed`: new sealed text by old sealed text. */
  | Message<
      'account.reseal',
      { readonly accountId: string; readonly renewed: Readonly<Record<string, string>> }
    >
  | Message<'account.update', { readonly accountId: string; readonly at: string } & UpdateAccount>
  | Message<'account.note-status', { readonly accountId: string; readonly at: string } & StatusNote>
  | Message<'account.note-number', { readonly accountId: string; readonly at: string } & NumberNote>;

/** A report of Meta's on the whole account; one without `hold` and `lift` only becomes an event for clients. */
export type StatusNote = {
  readonly hold?: Hold;
  readonly lift?: Hold;
  readonly reason: string;
  /** The app concerned, if Meta names it. */
  readonly appId?: string;
};

/** A report of Meta's on one phone number, identified by its digits. */
export type NumberNote = {
  readonly digits: string;
  readonly event: string;
  readonly messagingLimit: string | null;
  readonly throughput: number | null;
};

export type AccountEvent =
  | DomainEvent<'account.updated', AccountData, Partial<Kept>>
  | DomainEvent<'account.resealed', Record<never, never>, Pick<Kept, 'sealedToken'>>
  | DomainEvent<'account.status', AccountStatusData>
  | DomainEvent<'phone_number.quality', PhoneNumberQualityData>;

export const account: Decider<AccountCommand, AccountState | null, AccountEvent> = {
  initial: null,
  decide: {
    'account.connect': ({ data: given }, state) => {
      const { at, sealedToken, appId } = given;
      // Token and numbers have just been checked with Meta, so only an operator's hold remains.
      const holds = lifted(state?.holds ?? {}, ['ban', 'review', 'offboarded', 'gone'], at);
      const data: AccountData = {
        wabaId: given.wabaId,
        name: given.name ?? state?.name ?? given.wabaName,
        status: statusOf(holds),
        plan: given.plan ?? state?.plan ?? 'starter',
        entitled: state?.entitled ?? true,
        unknownOutcomePolicy: state?.unknownOutcomePolicy ?? 'fail',
        connectedAt: !state || state.status === 'disconnected' ? at : state.connectedAt,
        checkedAt: at,
        trialEndsAt: state?.trialEndsAt ?? null,
        optOutWords: state?.optOutWords ?? null,
        phoneNumbers: numbersOf(given, state),
      };
      const kept = { sealedToken, appId, holds, throughput: state?.throughput ?? null };
      return [
        { type: 'account.updated', data, private: kept },
        ...statusChange(state, data, 'The account was connected again.', at),
      ];
    },
    'account.reseal': ({ data: { renewed } }, state) => {
      const sealedToken = state && renewed[state.sealedToken];
      return sealedToken ? [{ type: 'account.resealed', data: {}, private: { sealedToken } }] : [];
    },
    'account.update': ({ data: { accountId, at, status, throughput, ...given } }, state) => {
      const known = present(state, accountId);
      if (status === 'active' && known.status === 'disconnected')
        throw new Rejection('conflict', 'The account is disconnected from Meta; connect it again.');
      return changed(known, {
        at,
        data: {
          ...given,
          ...(throughput && {
            phoneNumbers: known.phoneNumbers.map((number) => ({ ...number, throughput })),
          }),
        },
        kept: {
          ...(throughput && { throughput }),
          ...(status === 'suspended' && { holds: held(known.holds, 'operator', at) }),
          ...(status === 'active' && { holds: lifted(known.holds, ['operator', 'ban', 'review'], at) }),
        },
        reason:
          status === 'active'
            ? 'An operator put the account back to work.'
            : 'An operator suspended the account.',
      });
    },
    'account.note-status': ({ data: { accountId, at, hold, lift, reason, appId } }, state) => {
      const known = present(state, accountId);
      if (appId !== undefined && appId !== known.appId) return [];
      if (isBeforeConnecting(known, at)) return [];
      const about = hold ?? lift;
      if (about === undefined)
        return isReportedAlready(known.told['account'], at, reason)
          ? []
          : [{ type: 'account.status', data: { status: known.status, reason, at } }];
      const last = known.holds[about];
      if (last !== undefined && at < last.at) return [];
      const holds = hold ? held(known.holds, hold, at) : { ...known.holds, [about]: { on: false, at } };
      const status = statusOf(holds);
      // No messages arrived while the account was disconnected, so `connectedAt` starts anew.
      const back = known.status === 'disconnected' && status !== 'disconnected';
      return changed(known, { data: back ? { connectedAt: at } : {}, kept: { holds }, reason, at });
    },
    'account.note-number': (
      { data: { accountId, at, digits, event, messagingLimit, throughput } },
      state,
    ) => {
      const known = present(state, accountId);
      const number = known.phoneNumbers.find((one) => digitsOf(one.displayPhoneNumber) === digits);
      if (!number || isBeforeConnecting(known, at)) return [];
      const limit = messagingLimit ?? number.messagingLimit;
      if (isReportedAlready(known.told[number.id], at, qualityReport(event, limit))) return [];
      const now = {
        ...number,
        messagingLimit: limit,
        throughput: known.throughput ?? throughput ?? number.throughput,
      };
      const phoneNumbers = known.phoneNumbers.map((one) => (one === number ? now : one));
      const { id: phoneNumberId, displayPhoneNumber } = now;
      return [
        ...changed(known, { data: { phoneNumbers }, kept: {}, reason: '', at }),
        {
          type: 'phone_number.quality',
          data: { phoneNumberId, displayPhoneNumber, event, messagingLimit: limit, at },
        },
      ];
    },
  },
  evolve: {
    'account.updated': (state, { data, private: kept }) => ({
      ...(state ?? { sealedToken: '', appId: '', throughput: null, holds: {}, told: {} }),
      ...data,
      ...kept,
    }),
    'account.resealed': (state, { private: kept }) => state && { ...state, ...kept },
    'account.status': (state, { data: { at, reason } }) =>
      withReport(state, 'account', reportOf(at, reason ?? '')),
    'phone_number.quality': (state, { data: { phoneNumberId, at, event, messagingLimit } }) =>
      withReport(state, phoneNumberId, reportOf(at, qualityReport(event, messagingLimit))),
  },
};

/** The public part of the state. */
export const dataOf = ({
  sealedToken: _token,
  appId: _app,
  throughput: _throughput,
  holds: _holds,
  told: _told,
  ...data
}: AccountState): AccountData => data;

function present(state: AccountState | null, accountId: string): AccountState {
  if (!state) throw new Rejection('not_found', `There is no account ${accountId}.`);
  return state;
}

type Change = {
  readonly data: Partial<AccountData>;
  readonly kept: Partial<Kept>;
  readonly reason: string;
  readonly at: string;
};

function changed(state: AccountState, { data: change, kept, reason, at }: Change): AccountEvent[] {
  const before = dataOf(state);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const data: AccountData = { ...before, ...given, status: statusOf(kept.holds ?? state.holds) };
  const same =
    isDeepStrictEqual(data, before) &&
    Object.entries(kept).every(([name, value]) => isDeepStrictEqual(value, state[name as keyof Kept]));
  return same
    ? []
    : [{ type: 'account.updated', data, private: kept }, ...statusChange(state, data, reason, at)];
}

function statusChange(before: AccountState | null, { status }: AccountData, reason: string, at: string) {
  if (!before || before.status === status) return [];
  return [{ type: 'account.status', data: { status, reason, at } } as const];
}

function numbersOf(
  { numbers, defaultPhoneNumberId }: { numbers: readonly ReportedNumber[]; defaultPhoneNumberId?: string },
  state: AccountState | null,
): PhoneNumberView[] {
  const wanted = defaultPhoneNumberId ?? state?.phoneNumbers.find(({ isDefault }) => isDefault)?.id;
  const chosen = numbers.find(({ id }) => id === wanted) ?? numbers[0];
  return numbers.map((number) => ({
    ...number,
    throughput: state?.throughput ?? number.throughput,
    isDefault: number === chosen,
  }));
}

const held = (holds: Kept['holds'], hold: Hold, at: string): Kept['holds'] => ({
  ...holds,
  [hold]: holds[hold]?.on ? holds[hold] : { on: true, at },
});

const lifted = (holds: Kept['holds'], which: readonly Hold[], at: string): Kept['holds'] => ({
  ...holds,
  ...Object.fromEntries(which.filter((hold) => holds[hold]?.on).map((hold) => [hold, { on: false, at }])),
});

function statusOf(holds: Kept['holds']): AccountStatus {
  if (holds.gone?.on || holds.offboarded?.on) return 'disconnected';
  return Object.values(holds).some(({ on }) => on) ? 'suspended' : 'active';
}

const withReport = (state: AccountState | null, what: string, report: string) =>
  state && { ...state, told: { ...state.told, [what]: report } };

/** A report from before the connection is stale: connecting reads everything. Compares seconds, as Meta reports them. */
const isBeforeConnecting = ({ connectedAt }: AccountState, at: string) => at < connectedAt.slice(0, 19);

/** Whether this report, or a later one, is stored already. */
const isReportedAlready = (last: string | undefined, at: string, what: string) =>
  last !== undefined && (last === reportOf(at, what) || at < last.slice(0, at.length));

const reportOf = (at: string, what: string) => `${at} ${what}`;

const qualityReport = (event: string, limit: string | null) => `${event} ${limit ?? ''}`;

export const digitsOf = (phone: string) => phone.replace(/\D/g, '');

/** Connected WhatsApp Business Accounts; the stream is the account's id. */
export const accounts: Aggregate<AccountCommand, AccountState | null, AccountEvent> = {
  name: 'account',
  table: 'accounts',
  decider: account,
  stream: ({ data }) => data.accountId,
  published: ['account.updated', 'account.status', 'phone_number.quality'],
  reply: {},
};
