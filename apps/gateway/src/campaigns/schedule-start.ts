import type { Schedule } from '@wbiz/contracts/schedule';
import { fieldFault } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';
import { DateTime } from 'luxon';

const HAS_OFFSET = /(Z|[+-]\d\d:\d\d)$/;

/** The instant at which a schedule starts; null: at once. Throws `invalid_request` unless it lies within a year from now. */
export function startOf({ mode, sendAt, timeZone = 'utc' }: Schedule, now: Date): string | null {
  if (mode === 'now') return null;
  const given = DateTime.fromISO(sendAt!, { zone: timeZone });
  // When clocks go back an hour occurs twice: take the first, luxon's choice is not defined.
  const start = HAS_OFFSET.test(sendAt!) ? given : given.getPossibleOffsets()[0]!;
  if (start.toMillis() <= now.getTime()) throw notAt('must be in the future');
  if (start > DateTime.fromJSDate(now).plus({ years: 1 })) throw notAt('must be within a year from now');
  return start.toJSDate().toISOString();
}

function notAt(why: string): Rejection {
  const fault = fieldFault('/schedule/sendAt', 'sendAt', why);
  return new Rejection('invalid_request', fault.detail, [fault]);
}
