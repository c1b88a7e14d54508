import type { MetaChange, MetaItem } from '@wbiz/contracts/meta/inbound';
import { cut, entryOf, object, text } from '@wbiz/contracts/meta/item';
import { digitsOf, type NumberNote, type StatusNote } from './account.decider.js';
import { THROUGHPUT } from './reported-number.js';

/** A command that stores a change reported by Meta. */
export type MetaNote =
  | { readonly type: 'account.note-status'; readonly wabaId: string; readonly note: StatusNote }
  | { readonly type: 'account.note-number'; readonly wabaId: string; readonly note: NumberNote };

/** Reads a change; undefined if it concerns neither the account nor its numbers. */
export function noteOf({ wabaId, field, value }: MetaChange): MetaNote | undefined {
  return entryOf(FIELDS, field)?.(value, wabaId);
}

const FIELDS: Record<string, (value: MetaItem, wabaId: string) => MetaNote | undefined> = {
  account_update: (value, wabaId) => {
    const note = entryOf(ACCOUNT_EVENTS, value['event'])?.(value);
    // Partner events carry the id of the partner's business portfolio; the WABA is in waba_info.
    return (
      note && {
        type: 'account.note-status',
        wabaId: text(object(value['waba_info'])['waba_id']) ?? wabaId,
        note,
      }
    );
  },
  account_review_update: ({ decision }, wabaId) => {
    const note = entryOf(DECISIONS, decision);
    return note && { type: 'account.note-status', wabaId, note };
  },
  phone_number_quality_update: (value, wabaId) => {
    const event = text(value['event']);
    const digits = digitsOf(text(value['display_phone_number']) ?? '');
    if (!event || !digits) return undefined;
    const limit = text(value['max_daily_conversations_per_business']) ?? text(value['current_limit']);
    const messagingLimit = limit === undefined ? null : cut(limit, SHORT);
    const throughput = event === 'THROUGHPUT_UPGRADE' ? THROUGHPUT.HIGH : null;
    return {
      type: 'account.note-number',
      wabaId,
      note: { digits, event: cut(event, SHORT), messagingLimit, throughput },
    };
  },
};

/** Source: Meta's account_update webhook reference (December 2025; March 2026 for the last two). */
const ACCOUNT_EVENTS: Record<string, (value: MetaItem) => StatusNote | undefined> = {
  ACCOUNT_DELETED: () => ({ hold: 'gone', reason: 'The WhatsApp Business Account was deleted at Meta.' }),
  PARTNER_REMOVED: () => ({
    hold: 'gone',
    reason: 'The WhatsApp Business Account is no longer shared with us.',
  }),
  PARTNER_APP_UNINSTALLED: (value) => {
    const appId = text(object(value['waba_info'])['partner_app_id']);
    const reason = "The app's access to the WhatsApp Business Account was taken back.";
    return { hold: 'gone', reason, ...(appId && { appId }) };
  },
  DISABLED_UPDATE: (value) => {
    const { waba_ban_state: state, waba_ban_date: date } = object(value['ban_info']);
    return entryOf(BANS, state)?.(date);
  },
  ACCOUNT_VIOLATION: (value) => ({
    reason: reason('Meta reports a violation of its policies', [
      object(value['violation_info'])['violation_type'],
    ]),
  }),
  ACCOUNT_RESTRICTION: ({ restriction_info: restrictions }) => ({
    reason: reason(
      'Meta restricts what the account may do',
      [restrictions].flat().map((one) => object(one)['restriction_type']),
    ),
  }),
  ACCOUNT_OFFBOARDED: () => ({ hold: 'offboarded', reason: 'Meta took the account off the Cloud API.' }),
  ACCOUNT_RECONNECTED: () => ({ lift: 'offboarded', reason: 'Meta put the account back on the Cloud API.' }),
};

const BANS: Record<string, (date: unknown) => StatusNote> = {
  DISABLE: () => ({ hold: 'ban', reason: 'Meta disabled the WhatsApp Business Account.' }),
  REINSTATE: () => ({ lift: 'ban', reason: 'Meta reinstated the WhatsApp Business Account.' }),
  SCHEDULE_FOR_DISABLE: (date) => ({
    reason: reason('Meta is going to disable the WhatsApp Business Account', [date]),
  }),
};

const DECISIONS: Record<string, StatusNote> = {
  REJECTED: { hold: 'review', reason: "The WhatsApp Business Account did not pass Meta's review." },
  APPROVED: { lift: 'review', reason: "The WhatsApp Business Account passed Meta's review." },
};

const SHORT = { max: 40 };

const reason = (sentence: string, details: readonly unknown[]) => {
  const given = details.flatMap((detail) => text(detail) ?? []).join(', ');
  return given ? `${sentence}: ${cut(given, { max: 500 })}.` : `${sentence}.`;
};
