import type { MessageError } from '@wbiz/contracts/message';
import { cut } from '@wbiz/contracts/meta/item';

type GraphFault = { code: number; subcode?: number; title?: string; message?: string; details?: string };

/** Meta's error as customers see it. */
export const metaError = (code: 'upstream_error' | 'rejected_by_meta', error: GraphFault): MessageError => ({
  code,
  message: cut(error.message ?? error.title ?? 'Meta gave no reason.', { max: 1000 }),
  metaCode: error.code,
  ...(error.subcode === undefined ? {} : { metaSubcode: error.subcode }),
  ...(error.details === undefined ? {} : { details: cut(error.details, { max: 2000 }) }),
});
