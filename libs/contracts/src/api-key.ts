import { Nested, Whole } from './schema/fields.js';
import { Text, TextList, Time } from './schema/text-fields.js';
import { type Scope, SCOPES } from './scopes.js';

/** The rate limit of one key: requests per minute, and a burst in 10 seconds. */
export class KeyLimit {
  @Whole({ min: 1, max: 10_000_000 }) perMinute!: number;
  @Whole({ min: 1, max: 10_000_000 }) burst!: number;
}

/** `POST /admin/v1/accounts/:id/keys`. */
export class CreateApiKey {
  @Text({ max: 120, example: 'Order system' }) name!: string;
  @TextList({ min: 1, max: SCOPES.length, each: 40, among: SCOPES }) scopes!: Scope[];
  @Time({ optional: true }) expiresAt?: string;
  @Nested(() => KeyLimit, { optional: true }) limit?: KeyLimit;
}

export class ApiKeyView {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 120, example: 'Order system' }) name!: string;
  @Text({ max: 40, example: 'wa_7Q2M9KXT' }) prefix!: string;
  @TextList({ max: SCOPES.length, each: 40, among: SCOPES }) scopes!: Scope[];
  @Time() createdAt!: string;
  @Time({ nullable: true }) expiresAt!: string | null;
}

/** The answer to creating a key: `key` is shown this once. */
export class NewApiKey extends ApiKeyView {
  @Text({ max: 200, example: 'wa_7Q2M9KXT_…' }) key!: string;
}

/** An API key in an operator's list. */
export class AdminApiKeyView extends ApiKeyView {
  @Time({ nullable: true }) revokedAt!: string | null;
  @Nested(() => KeyLimit, { nullable: true }) limit!: KeyLimit | null;
  @Time({ nullable: true, description: 'Up to a minute late; null: never used.' })
  lastUsedAt!: string | null;
}
