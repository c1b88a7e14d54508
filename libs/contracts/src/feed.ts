import { Json, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { Rule } from './schema/field-registry.js';
import { FEED_EVENT_TYPES, type FeedEventType } from './event-catalogue.js';
import { fieldFault } from './problem.js';

/** The cursor that means the end of the feed. */
export const NOW = 'now';

/** `GET /v1/events`. */
@Rule<ReadEvents>(function* ({ since, before, wait }) {
  if (before === undefined) return;
  if (since !== undefined) yield fieldFault('?before', 'before', 'does not go with since');
  if (wait !== undefined) yield fieldFault('?wait', 'wait', 'does not go with before');
})
export class ReadEvents {
  @Text({
    max: 200,
    optional: true,
    description:
      'nextCursor of the previous read, exclusive; default: from the oldest event kept. `now`: an empty page at once, whose nextCursor is the end of the feed.',
  })
  since?: string;

  @Text({
    max: 200,
    optional: true,
    description:
      'Instead of since: backwards from this nextCursor, or from `now`, newest first. An empty page that returns the same cursor: there is nothing older.',
  })
  before?: string;

  @TextList({
    max: 50,
    each: 60,
    among: FEED_EVENT_TYPES,
    commas: true,
    optional: true,
    description: 'Only these types: repeat the parameter, or separate them by commas.',
  })
  types?: FeedEventType[];

  @Whole({ min: 1, max: 200, optional: true, description: 'How many to return (default 50).' })
  limit?: number;

  @Whole({
    min: 0,
    max: 30,
    optional: true,
    description: 'Seconds to hold the request until something comes.',
  })
  wait?: number;
}

/** An event in the feed and in webhooks. `sequence` has no gaps within an account. */
export class EventView {
  @Text({ max: 40, example: 'evt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }) id!: string;
  @Whole({ min: 1, max: Number.MAX_SAFE_INTEGER }) sequence!: number;
  @OneOf(FEED_EVENT_TYPES) type!: FeedEventType;
  @Time() createdAt!: string;
  @Json() data!: Record<string, unknown>;
}

/** `nextCursor` is always set, even on an empty page. */
export class EventPage {
  @NestedList(() => EventView, { max: 200 }) data!: EventView[];
  @Text({ max: 200 }) nextCursor!: string;
}
