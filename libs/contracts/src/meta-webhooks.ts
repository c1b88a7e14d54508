import { Time } from './schema/text-fields.js';
import { Whole } from './schema/fields.js';

/** `POST /admin/v1/meta-webhooks/derive`. */
export class DeriveInbound {
  @Time({ description: 'Bodies received since this time.' }) since!: string;
  @Time({ optional: true, description: 'Bodies received before this time; default: now.' }) until?: string;
}

/** How many webhook bodies were read again, and how many items they held. */
export class DerivedInbound {
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) bodies!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) items!: number;
}
