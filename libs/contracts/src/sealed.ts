import { Flag, NestedList, Whole } from './schema/fields.js';
import { OneOf, Text } from './schema/text-fields.js';

/** The settings that hold the keys by which stored texts are sealed (encrypted). */
export const SEALING_KEYS = ['TOKENS_KEY', 'WEBHOOKS_KEY', 'ANSWERS_KEY'] as const;

/** The ids of a service's current keys, by setting. */
export type PresentKeys = { readonly [Setting in (typeof SEALING_KEYS)[number]]?: string };

/** A former key that still seals stored texts. */
export class FormerKey {
  @Text({ max: 8, description: 'Its id: the start of its SHA-256.' }) key!: string;
  @Whole({ min: 1, max: Number.MAX_SAFE_INTEGER }) texts!: number;
  @Flag({ description: 'Whether a previous key of the service opens the texts. If not, nothing does.' })
  known!: boolean;
}

/** The stored texts that a service seals with one of its keys. */
export class SealedTexts {
  @Text({ max: 40 }) service!: string;
  @OneOf(SEALING_KEYS) setting!: (typeof SEALING_KEYS)[number];
  @Text({ max: 100, description: 'What the texts are.' }) what!: string;
  @Text({ max: 8, description: 'The id of the present key.' }) present!: string;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Rows sealed anew by this request.' })
  resealed!: number;
  @NestedList(() => FormerKey, { max: 100, description: 'Texts still sealed with other keys.' })
  former!: FormerKey[];
}

/** `POST /admin/v1/secrets/reseal`. */
export class SealedTextsView {
  @NestedList(() => SealedTexts, { max: 10 }) sealed!: SealedTexts[];
}
