import { Time, Whole } from './field.js';

/** `POST /admin/v1/meta-webhooks/derive`. */
export class DeriveInbound {
  @Time({ description: 'Bodies received from then on.' }) since!: string;
  @Time({ optional: true, description: 'And before then; until now if left out.' }) until?: string;
}

/** The number of bodies read again, and of their items. */
export class DerivedInbound {
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) bodies!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) items!: number;
}
