import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { UnsealFailed } from '@wbiz/service-kit/secrets';

/** What became of a send that `error` kept from Meta. */
export const notSent = (what: string, error: unknown): SendOutcome => ({
  kind: 'not_sent',
  reason: `${what}: ${(error as Error).message}`,
  ...(error instanceof UnsealFailed && { code: 'token_sealed' }),
});
