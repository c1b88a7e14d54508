import type { AdminApiKeyView } from '@wbiz/contracts/api-key';

const SOON_MS = 7 * 86_400_000;

export type KeyState = 'works' | 'expires soon' | 'expired' | 'revoked';

export function stateOf(
  { revokedAt, expiresAt }: Pick<AdminApiKeyView, 'revokedAt' | 'expiresAt'>,
  now: number,
): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'works';
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'expired';
  return left <= SOON_MS ? 'expires soon' : 'works';
}

/** Whether a key is still valid. */
export const isOpen = (state: KeyState): boolean => state === 'works' || state === 'expires soon';

export const EXPIRIES = {
  never: 'Never',
  '30': 'In 30 days',
  '90': 'In 90 days',
  date: 'On a date',
} as const;
export type Expiry = keyof typeof EXPIRIES;

/** The expiry chosen: a number of days from now, or the end of a local day (`2026-12-31`). */
export function expiryOf(chosen: Expiry, date: string, now: number): string | undefined {
  if (chosen === 'never' || (chosen === 'date' && date === '')) return undefined;
  const at = chosen === 'date' ? Date.parse(`${date}T23:59:59`) : now + Number(chosen) * 86_400_000;
  return new Date(at).toISOString();
}
