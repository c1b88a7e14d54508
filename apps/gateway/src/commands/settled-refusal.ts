import { PROBLEMS } from '@wbiz/contracts/problem';
import type { RejectionData } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** The refusal that an accepted command settled with; a code outside of PROBLEMS becomes `upstream_error`. */
export const settledRefusal = (error: RejectionData): Rejection =>
  Rejection.from(error.code in PROBLEMS ? error : { ...error, code: 'upstream_error' });
