import { isISO8601 } from 'class-validator';
import { fieldFault } from './problem.js';
import { Rule } from './schema/field-registry.js';
import { OneOf, Text } from './schema/text-fields.js';

export const SCHEDULE_MODES = ['now', 'at'] as const;
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
const WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const isZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false; // unknown to ICU
  }
};

/** When a campaign starts: at once, at an instant, or at a local time in a zone. */
@Rule<Schedule>(function* ({ mode, sendAt, timeZone }) {
  if (mode === 'now') {
    for (const [field, given] of Object.entries({ sendAt, timeZone }))
      if (given !== undefined) yield fieldFault(`/${field}`, 'not_allowed', 'is not taken with mode now');
    return;
  }
  if (sendAt === undefined) yield fieldFault('/sendAt', 'required', 'is required with mode at');
  if (timeZone !== undefined && !isZone(timeZone))
    yield fieldFault('/timeZone', 'timeZone', 'must be an IANA time zone such as Asia/Kolkata');
  if (sendAt === undefined) return;
  const fits =
    timeZone === undefined ? WITH_OFFSET.test(sendAt) : LOCAL.test(sendAt) || WITH_OFFSET.test(sendAt);
  if (!fits || !isISO8601(sendAt, { strict: true, strictSeparator: true }))
    yield fieldFault(
      '/sendAt',
      'sendAt',
      'must be an RFC 3339 time such as 2026-12-01T10:00:00Z, or with timeZone a local time such as 2026-12-01T10:00:00',
    );
})
export class Schedule {
  @OneOf(SCHEDULE_MODES, { example: 'now' }) mode!: (typeof SCHEDULE_MODES)[number];
  @Text({
    max: 40,
    optional: true,
    example: undefined,
    description:
      'For mode at: an RFC 3339 time in the future, at most a year ahead; with `timeZone` a local time there. A local time that the clocks skip moves forward by as much as they do; of one that occurs twice, the first counts.',
  })
  sendAt?: string;
  @Text({ max: 64, optional: true, description: 'An IANA time zone, e.g. Asia/Kolkata.' }) timeZone?: string;
}
