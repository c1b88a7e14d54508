import type { MessageError } from '@wbiz/contracts/message';

type GraphFault = { code: number; subcode?: number; title?: string; message?: string; details?: string };

/** Meta's error as a customer sees it. */
export const metaError = (code: 'upstream_error' | 'rejected_by_meta', error: GraphFault): MessageError => ({
  code,
  message: readable(error.message ?? error.title ?? 'Meta gave no reason.', 1000),
  metaCode: error.code,
  ...(error.subcode === undefined ? {} : { metaSubcode: error.subcode }),
  ...(error.details === undefined ? {} : { details: readable(error.details, 2000) }),
});

/** Text of Meta's that Postgres can hold, also where it was cut through a character. */
const readable = (text: string, max: number) => text.slice(0, max).replaceAll('\u0000', '').toWellFormed();
