import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const known = new Map<string, string | null>();

/**
 * Reads a phone number with its country code, as people type it, as E.164. A missing `+` is assumed, a leading 00 is
 * read as `+`, direction marks are ignored, and a `tel:` or `whatsapp:` prefix is dropped. Undefined if it cannot be
 * a phone number.
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

/** Drops the scheme of a number or user id from another system. */
export const withoutScheme = (typed: string) => typed.replace(/^\s*(?:tel|whatsapp):/i, '');

function possible(bare: string): string | undefined {
  const parsed = /^[+\p{Nd}(]/u.test(bare)
    ? parsePhoneNumberFromString(bare.startsWith('+') ? bare : `+${bare}`)
    : undefined;
  return parsed?.isPossible() && !parsed.ext ? parsed.number : undefined;
}

/**
 * Current numbering plans are not enforced: people keep numbers from before a reform on WhatsApp. So E.164 is
 * accepted as it is, and a `wa_id` if it is too long to lack its country code (11 digits and more, as Meta has it).
 */
const asMetaSpells = (bare: string) =>
  /^(?:\+[1-9]\d{7,14}|[1-9]\d{10,14})$/.test(bare) ? `+${bare.replace('+', '')}` : undefined;

/** Mexico dropped its mobile 1 in 2019; Meta's wa_id of many people still has it. */
function withoutMobile1(typed: string): string {
  const dialled = typed.replaceAll(/[\s().-]/g, '');
  return /^\+?521\d{10}$/.test(dialled) ? dialled.replace(/^\+?521/, '+52') : typed;
}

/** Argentina's mobiles have a 9 when dialled from abroad and a 15 at home; if both are given, the 15 suffices. */
const withoutMobile9 = (typed: string) => typed.replace(/^(\+?54[\s.-]*)9/, '$1');

/** The digits of a search that looks like part of a phone number, however it is spaced; else the search unchanged. */
export const phonePart = (search: string): string =>
  /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(search) ? withoutMobile1(search.replaceAll(/[^\d+]/g, '')) : search;

/** Whether a person's key is a phone number (E.164), not Meta's user id. */
export const isPhone = (person: string): boolean => person.startsWith('+');

/**
 * One key per person: people and Meta write Brazil's and Argentina's mobile 9 inconsistently, so the key that
 * identities derive from leaves it out.
 */
export function personKey(phoneOrUserId: string): string {
  return phoneOrUserId.replace(/^\+55(\d\d)9(\d{8})$/, '+55$1$2').replace(/^\+549(\d{10})$/, '+54$1');
}
