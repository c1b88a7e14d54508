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
 * Accepts numbers outside current numbering plans, since people keep numbers from before a reform on WhatsApp: E.164 as
 * it is, and bare digits (Meta's `wa_id`) of 11 and more, which are too long to lack the country code.
 */
const asMetaSpells = (bare: string) =>
  /^(?:\+[1-9]\d{7,14}|[1-9]\d{10,14})$/.test(bare) ? `+${bare.replace('+', '')}` : undefined;

/** Drops the 1 of Mexican mobiles: Mexico abolished it in 2019, but Meta's wa_id of many people still has it. */
function withoutMobile1(typed: string): string {
  const dialled = typed.replaceAll(/[\s().-]/g, '');
  return /^\+?521\d{10}$/.test(dialled) ? dialled.replace(/^\+?521/, '+52') : typed;
}

/**
 * Drops the 9 of Argentine mobiles, which are dialled with a 9 from abroad and a 15 at home; with both, the 15
 * suffices.
 */
const withoutMobile9 = (typed: string) => typed.replace(/^(\+?54[\s.-]*)9/, '$1');

/** The digits of a search that looks like part of a phone number, however it is spaced; else the search unchanged. */
export const phonePart = (search: string): string =>
  /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(search) ? withoutMobile1(search.replaceAll(/[^\d+]/g, '')) : search;

/** Whether a person's key is a phone number (E.164), not Meta's user id. */
export const isPhone = (person: string): boolean => person.startsWith('+');

/**
 * A key per person. People and Meta write the mobile 9 of Brazil and Argentina inconsistently, so the key leaves it
 * out; ids derive from it.
 */
export function personKey(phoneOrUserId: string): string {
  return phoneOrUserId.replace(/^\+55(\d\d)9(\d{8})$/, '+55$1$2').replace(/^\+549(\d{10})$/, '+54$1');
}
