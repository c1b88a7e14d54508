import { fieldFault } from './problem.js';
import { Flag, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { Rule } from './schema/field-registry.js';
import { SERVICES, type Service } from './topics.js';

const MOST = Number.MAX_SAFE_INTEGER;
const MOST_PARTITIONS = 10_000;
/** Most parked accounts that are listed per projection. */
export const SHOWN_PARKED = 100;

/** How far a projection has read one partition of the shared log. */
export class ProjectionPartition {
  @Whole({ min: 0, max: MOST_PARTITIONS }) partition!: number;
  @Whole({ min: 0, max: MOST, description: 'The offset that is read next.' }) offset!: number;
  @Whole({ min: 0, max: MOST, description: 'Records behind it.' }) lag!: number;
  @Text({ max: 1_000, nullable: true, description: 'Why it is halted until it is rewound.' })
  halted!: string | null;
}

/** A parked account: the projection holds back its events, since the first of them cannot be applied. */
export class ParkedAccount {
  @Text({ max: 40 }) accountId!: string;
  @Whole({ min: 0, max: MOST_PARTITIONS }) partition!: number;
  @Whole({ min: 1, max: MOST, description: 'Events that wait.' }) events!: number;
  @Time() since!: string;
  @Text({ max: 40, description: 'The first of them.' }) eventId!: string;
  @Text({ max: 100 }) eventType!: string;
  @Text({ max: 40 }) source!: string;
  @Whole({ min: 1, max: MOST }) sequence!: number;
  @Text({ max: 1_000, description: 'Why it cannot be applied.' }) reason!: string;
  @Whole({ min: 1, max: MOST }) attempts!: number;
  @Time({ description: 'When it is tried again by itself.' }) retryAt!: string;
}

/** A projection of the shared log by one service. */
export class ProjectionView {
  @Text({ max: 40 }) service!: string;
  @Text({ max: 100 }) projection!: string;
  @Whole({ min: 0, max: MOST, description: 'Records of the log that it has not read.' }) lag!: number;
  @NestedList(() => ProjectionPartition, { max: MOST_PARTITIONS }) partitions!: ProjectionPartition[];
  @NestedList(() => ParkedAccount, {
    max: SHOWN_PARKED,
    description: `At most ${SHOWN_PARKED}, those parked longest.`,
  })
  parked!: ParkedAccount[];
}

/** `GET /admin/v1/projections`. */
export class ProjectionsView {
  @NestedList(() => ProjectionView, { max: 1_000 }) projections!: ProjectionView[];
  @TextList({ max: SERVICES.length, each: 40, description: 'Services that did not answer.' })
  unreachable!: Service[];
}

/** `POST /admin/v1/projections/:service/:projection/retry`. */
export class RetryParked {
  @Text({ max: 40, example: 'acc_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }) accountId!: string;
}

/** `POST /admin/v1/projections/:service/:projection/skip`. */
export class SkipParked extends RetryParked {
  @Text({
    max: 500,
    description: 'Why the event is skipped; stored with it.',
    example: 'Its contact was erased.',
  })
  reason!: string;
}

/** The result of a retry of a parked account. */
export class RetriedAccount {
  @Whole({ min: 0, max: MOST, description: 'Events that were applied.' }) applied!: number;
  @Flag({ description: 'Whether an event still cannot be applied.' }) parked!: boolean;
}

/** `POST /admin/v1/projections/:service/:projection/rewind`. */
@Rule<RewindProjection>(function* ({ partition, offset, since, source, sequence }) {
  if ([offset, since, sequence].filter((from) => from !== undefined).length !== 1)
    yield fieldFault('/offset', 'required', 'one of offset, since and sequence must be given');
  if (sequence !== undefined && (source === undefined || partition === undefined))
    yield fieldFault('/sequence', 'source', 'needs source and partition beside it');
})
export class RewindProjection {
  @Whole({ min: 0, max: MOST_PARTITIONS, optional: true, description: 'All of them if left out.' })
  partition?: number;
  @Whole({ min: 0, max: MOST, optional: true }) offset?: number;
  @Time({ optional: true, description: 'Instead of an offset: records since then.' }) since?: string;
  @Whole({ min: 1, max: MOST, optional: true, description: 'Instead of an offset: this event of `source`.' })
  sequence?: number;
  @OneOf(SERVICES, { optional: true }) source?: Service;
}

export class RewoundProjection {
  @Whole({ min: 0, max: MOST_PARTITIONS, description: 'Partitions that are read again.' })
  partitions!: number;
}
