import { Tags } from './contact.js';
import { LIMITS } from './limits.js';
import { AnyList, Flag, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text } from './schema/text-fields.js';

/** `POST /v1/contacts/bulk`. */
export class BulkContacts {
  @AnyList({
    ...LIMITS.bulk,
    items: { $ref: '#/components/schemas/CreateContact' },
    example: [{ phone: '+918899332211', name: 'Gaurav', tags: ['customer'] }],
  })
  contacts!: unknown[];
  @Tags({ description: 'Tags for every row.', example: ['imported'] }) defaultTags?: string[];
  @Flag({
    optional: true,
    description: 'Default of optedIn for rows that create a contact.',
    example: false,
  })
  defaultOptedIn?: boolean;
}

const BULK_RESULTS = ['created', 'updated', 'skipped'] as const;
export type BulkResult = (typeof BULK_RESULTS)[number];

export class BulkRow {
  @Whole({ min: 0, max: 499 }) index!: number;
  @Text({ max: 40, nullable: true }) phone!: string | null;
  @Text({ max: 40, nullable: true }) id!: string | null;
  @OneOf(BULK_RESULTS) result!: BulkResult;
  @Text({ max: 2000, nullable: true, description: 'Why a row was skipped.' }) reason!: string | null;
}

export class BulkReceipt {
  @NestedList(() => BulkRow, { max: LIMITS.bulk.max }) results!: BulkRow[];
  @Whole({ min: 0, max: 500 }) created!: number;
  @Whole({ min: 0, max: 500 }) updated!: number;
  @Whole({ min: 0, max: 500 }) skipped!: number;
}
