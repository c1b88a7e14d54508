import { INTERACTIVE_KINDS, type InteractiveKind } from './interactive.js';
import { LIMITS } from './limits.js';
import type { FieldFault } from './problem.js';
import { AnyList, Json, Nested, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text } from './schema/text-fields.js';
import { SENDS } from './send.js';

export type RowKind = keyof typeof SENDS | InteractiveKind;
/** The values of `kind` in a row of a batch: a kind of send, and in place of `interactive` the kind of card. */
export const ROW_KINDS: readonly RowKind[] = [
  ...(Object.keys(SENDS) as (keyof typeof SENDS)[]).filter((kind) => kind !== 'interactive'),
  ...INTERACTIVE_KINDS,
];

/** The schema of each row of a batch: a body of SENDS and its `kind`; an interactive card has a `kind` already. */
const rowSchemas = Object.entries(SENDS).map(([kind, { name }]) => {
  const body = { $ref: `#/components/schemas/${name}` };
  if (kind === 'interactive') return body;
  const ofKind = { type: 'object', required: ['kind'], properties: { kind: { enum: [kind] } } };
  return { allOf: [ofKind, body] };
});

/** `POST /v1/messages/batch`. */
export class SendBatch {
  @AnyList({
    ...LIMITS.batch,
    items: { oneOf: rowSchemas },
    description:
      'Each has a `kind` and the fields of that send. An interactive one has the kind of its card: buttons, list or cta_url.',
    example: [
      { kind: 'text', to: '+918899332211', body: 'Hi! Your order #1043 has shipped.' },
      { kind: 'media', to: '+918899332211', type: 'image', link: 'https://example.com/catalogue.jpg' },
    ],
  })
  messages!: unknown[];
}

/** Why a row of a batch was rejected: the error that a single send of the row would get. */
export class RowProblem {
  @Text({ max: 100 }) type!: string;
  @Text({ max: 200 }) title!: string;
  @Whole({ min: 400, max: 599 }) status!: number;
  @Text({ max: 1000 }) detail!: string;
  @Text({ max: 60, example: 'service_window_closed' }) code!: string;
  @Json({
    list: true,
    optional: true,
    description: 'The faults of fields; pointers are relative to the batch.',
  })
  errors?: FieldFault[];
  @Text({ max: 40, optional: true, description: 'The message, which may have been accepted nevertheless.' })
  messageId?: string;
}

export class BatchRow {
  @Whole({ min: 0, max: 499, description: 'Its place in the batch, from 0.' }) index!: number;
  @Text({ max: 40, optional: true }) id?: string;
  @OneOf(['accepted'] as const, { optional: true }) status?: 'accepted';
  @Nested(() => RowProblem, { optional: true }) error?: RowProblem;
}

/** The answer to `POST /v1/messages/batch`: an id or an error for every row. */
export class BatchReceipt {
  @NestedList(() => BatchRow, { max: 500 }) results!: BatchRow[];
}
