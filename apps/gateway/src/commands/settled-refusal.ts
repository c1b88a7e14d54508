import { PROBLEMS } from '@wbiz/contracts/problem';
import type { RejectionData } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** A refused command as this API reports it; a code outside of PROBLEMS becomes `upstream_error`. */
export const settledRefusal = (error: RejectionData): Rejection =>
  Rejection.from(error.code in PROBLEMS ? error : { ...error, code: 'upstream_error' });
