import type { SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { UnsealFailed } from '@wbiz/service-kit/sealing';

/** The outcome of a send that failed with `error` before Meta was called. */
export const notSent = (what: string, error: unknown): SendOutcome => ({
  kind: 'not_sent',
  reason: `${what}: ${(error as Error).message}`,
  ...(error instanceof UnsealFailed && { code: 'token_sealed' }),
});
