import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const known = new Map<string, string | null>();

/**
 * A phone number as a person types it, with its country code, in E.164: no `+` is read as if it were there, a leading 00
 * is `+`, and the marks of direction that phones copy with a number are nothing; `tel:` and `whatsapp:` may stand before it.
 * Undefined when it cannot be a phone number.
 */
export function toE164(typed: string): string | undefined {
  if (typed.length > 40) return undefined;
  const seen = known.get(typed);
  if (seen !== undefined) return seen ?? undefined;
  const bare = withoutMobile1(
    withoutScheme(typed)
      .normalize('NFKC')
      .replaceAll(/\p{Cf}/gu, '')
      .trim()
      .replace(/^\+?00/, '+'),
  );
  const number = possible(bare) ?? possible(withoutMobile9(bare)) ?? asMetaSpells(bare) ?? null;
  if (known.size > 50_000) known.clear();
  known.set(typed, number);
  return number ?? undefined;
}

/** What stands before a person's number or user id in an address of another system. */
export const withoutScheme = (typed: string) => typed.replace(/^\s*(?:tel|whatsapp):/i, '');

function possible(bare: string): string | undefined {
  const parsed = /^[+\p{Nd}(]/u.test(bare)
    ? parsePhoneNumberFromString(bare.startsWith('+') ? bare : `+${bare}`)
    : undefined;
  return parsed?.isPossible() && !parsed.ext ? parsed.number : undefined;
}

/**
 * A country's numbering plan as it is now does not count: numbers of before a reform are still people's on WhatsApp. So
 * E.164 is taken as it stands, and a `wa_id` where it is too long to lack its country code (11 digits and more, as Meta has it).
 */
const asMetaSpells = (bare: string) =>
  /^(?:\+[1-9]\d{7,14}|[1-9]\d{10,14})$/.test(bare) ? `+${bare.replace('+', '')}` : undefined;

/** Mexico's mobile 1 was given up in 2019; Meta's wa_id of many people still has it. */
function withoutMobile1(typed: string): string {
  const dialled = typed.replaceAll(/[\s().-]/g, '');
  return /^\+?521\d{10}$/.test(dialled) ? dialled.replace(/^\+?521/, '+52') : typed;
}

/** Argentina's mobiles have the 9 from abroad and the 15 at home; of a number with both, the 15 tells enough. */
const withoutMobile9 = (typed: string) => typed.replace(/^(\+?54[\s.-]*)9/, '$1');

/** The digits of what looks like a part of a phone number, however it is spaced; else what was searched for. */
export const phonePart = (search: string): string =>
  /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(search) ? withoutMobile1(search.replaceAll(/[^\d+]/g, '')) : search;

/** Whether what somebody is known by is a phone number (E.164), and not Meta's user id. */
export const isPhone = (person: string): boolean => person.startsWith('+');

/**
 * One spelling for one person: the mobile 9 of Brazil and Argentina comes and goes in what people type and in what
 * Meta reports, so it is left out of the key that identities are derived from.
 */
export function personKey(phoneOrUserId: string): string {
  return phoneOrUserId.replace(/^\+55(\d\d)9(\d{8})$/, '+55$1$2').replace(/^\+549(\d{10})$/, '+54$1');
}
