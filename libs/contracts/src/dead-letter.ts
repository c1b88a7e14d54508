import { Flag, Json, Nested, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { Rule } from './schema/field-registry.js';
import { fieldFault } from './problem.js';

const MOST = Number.MAX_SAFE_INTEGER;
/** Most refusals that the answer to a bulk retry or discard lists. */
export const SHOWN_REFUSALS = 100;

export const LETTER_STATES = ['waiting', 'retried', 'discarded'] as const;

/** Selects dead letters. */
class DeadLetterFilter {
  @Text({ max: 40, optional: true }) accountId?: string;
  @Text({ max: 255, optional: true, description: 'The topic they came from.' }) topic?: string;
  @Text({ max: 100, optional: true, example: 'contact.upsert' }) type?: string;
}

/** `GET /admin/v1/dead-letters`. */
export class ListDeadLetters extends DeadLetterFilter {
  @OneOf(LETTER_STATES, { optional: true }) state?: (typeof LETTER_STATES)[number];
  @Whole({ min: 1, max: 1_000, optional: true, description: 'How many to return (default 50).' })
  limit?: number;
}

/** An operator's retry or discard of a dead letter. */
export class DeadLetterMark {
  @Time() at!: string;
  @Text({ max: 200, description: 'Who did it, as they said.' }) by!: string;
  @Text({ max: 500, nullable: true }) reason!: string | null;
}

/** A Kafka record that a consumer could not handle. It may have any shape: fields that it lacks are null. */
export class DeadLetterView {
  @Text({ max: 30, description: 'Its partition and offset.', example: '0-153' }) id!: string;
  @OneOf(LETTER_STATES) state!: (typeof LETTER_STATES)[number];
  @Time({ description: 'When it became a dead letter.' }) at!: string;
  @Text({ max: 255, nullable: true, description: 'The topic it came from.' }) topic!: string | null;
  @Text({ max: 255, nullable: true, description: 'The consumer group that could not handle it.' })
  group!: string | null;
  @Text({ max: 100, nullable: true }) type!: string | null;
  @Text({ max: 40, nullable: true, description: 'Id of the command.' }) commandId!: string | null;
  @Text({ max: 40, nullable: true }) accountId!: string | null;
  @Text({ max: 100, nullable: true, description: "The error's code, e.g. from Postgres." }) code!:
    string | null;
  @Text({ max: 1_000, nullable: true, description: 'The error.' }) reason!: string | null;
  @Whole({ min: 0, max: MOST, nullable: true }) attempts!: number | null;
  @Text({ max: 30, nullable: true, description: 'The retried letter that failed again as this one.' })
  retryOf!: string | null;
  @Nested(() => DeadLetterMark, { nullable: true, description: 'Null: it waits.' })
  mark!: DeadLetterMark | null;
  @Text({ max: 500, nullable: true, description: 'Why it cannot be retried; null: it can.' })
  refusal!: string | null;
}

/** Dead letters, newest first, and the number of all that match. */
export class DeadLettersView {
  @NestedList(() => DeadLetterView, { max: 1_000 }) deadLetters!: DeadLetterView[];
  @Whole({ min: 0, max: MOST }) found!: number;
  @Whole({ min: 0, max: MOST, description: 'Neither retried nor discarded.' }) waiting!: number;
}

/** `GET /admin/v1/dead-letters/:letter`. The record's value is in one of `body`, `text` and `base64`. */
export class WholeDeadLetter extends DeadLetterView {
  @Text({ max: 1_000, nullable: true }) key!: string | null;
  @Json({ description: 'Each a text or a list of texts.' }) headers!: Record<string, unknown>;
  @Json({ nullable: true, description: 'The value if it is a JSON object.' }) body!: object | null;
  @Text({ max: MOST, nullable: true, description: 'The value if it is other UTF-8 text.' }) text!:
    string | null;
  @Text({ max: MOST, nullable: true, description: 'The value if it is not UTF-8.' }) base64!: string | null;
}

/** Selects dead letters by id, or all that wait. */
@Rule<ChosenDeadLetters>(function* ({ ids, all, accountId, topic, type }) {
  if ((ids !== undefined) === (all === true))
    yield fieldFault('/ids', 'required', 'or all must be given, and not both');
  if (ids !== undefined && (accountId ?? topic ?? type) !== undefined)
    yield fieldFault('/ids', 'filter', 'cannot be given with accountId, topic or type: they narrow all');
})
class ChosenDeadLetters extends DeadLetterFilter {
  @TextList({ min: 1, max: 1_000, each: 30, optional: true, example: ['0-153'] }) ids?: string[];
  @Flag({ optional: true, description: 'Instead of ids: all that wait.' }) all?: boolean;
  @Text({ max: 200, description: 'Who does it; stored.' }) by!: string;
}

/** `POST /admin/v1/dead-letters/retry`. */
export class RetryDeadLetters extends ChosenDeadLetters {
  @Text({ max: 500, optional: true, description: 'Why; stored.' }) reason?: string;
  @Flag({
    optional: true,
    description:
      'Also retry commands past their deadline: their callers got a 500 and may have sent them again.',
  })
  pastDeadline?: boolean;
}

/** `POST /admin/v1/dead-letters/discard`. */
export class DiscardDeadLetters extends ChosenDeadLetters {
  @Text({ max: 500, description: 'Why they are not needed; stored.' }) reason!: string;
}

export class RefusedDeadLetter {
  @Text({ max: 30 }) id!: string;
  @Text({ max: 500 }) detail!: string;
}

/** The result of retrying or discarding dead letters. */
export class MarkedDeadLetters {
  @Whole({ min: 0, max: MOST, description: 'Letters that were retried, or discarded.' }) done!: number;
  @Whole({ min: 0, max: MOST }) refused!: number;
  @NestedList(() => RefusedDeadLetter, {
    max: SHOWN_REFUSALS,
    description: `At most ${SHOWN_REFUSALS}, the oldest.`,
  })
  refusals!: RefusedDeadLetter[];
}
