import { ValidateBy } from 'class-validator';
import { ApiKeyView } from './api-key.js';
import { Decimal, Flag, Json, Nested, NestedList, Whole } from './schema/fields.js';
import { isPlainObject } from './schema/json-values.js';
import { OneOf, Text, Time } from './schema/text-fields.js';
import { lengthOf } from './text/characters.js';

export const PLANS = ['starter', 'growth', 'scale', 'unlimited'] as const;
export type Plan = (typeof PLANS)[number];
const ACCOUNT_STATUSES = ['active', 'suspended', 'disconnected'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];
/** `fail` or `resend` a message whose outcome is still unknown after OUTCOME_GRACE_MS (messaging). */
const UNKNOWN_OUTCOME_POLICIES = ['fail', 'resend'] as const;
export type UnknownOutcomePolicy = (typeof UNKNOWN_OUTCOME_POLICIES)[number];

/**
 * Words by which a person opts out (`stop`) or in again (`start`). A message counts if it is exactly one of them, in
 * any case.
 */
export type OptOutWords = { readonly stop: readonly string[]; readonly start: readonly string[] };
const MOST_LANGUAGES = 50;
const MOST_WORDS = 50;
const LONGEST_WORD = 60;

/** A field of opt-out words by language code. */
const OptOutWordLists = (): PropertyDecorator => {
  const object = Json({
    optional: true,
    nullable: true,
    depth: 4,
    description:
      'Words that opt a person out, and in again, by language: `stop` and `start`, each a list. A language that is given here replaces the built-in lists of that language (en, es, pt, fr, de, id, hi, ar); null: the built-in ones.',
    example: { en: { stop: ['STOP', 'UNSUBSCRIBE'], start: ['START'] } },
  });
  const isList = (list: unknown) =>
    Array.isArray(list) &&
    list.length <= MOST_WORDS &&
    list.every(
      (word) =>
        typeof word === 'string' &&
        word.trim() !== '' &&
        lengthOf(word) <= LONGEST_WORD &&
        word.isWellFormed(),
    );
  const lists = ValidateBy({
    name: 'optOutWords',
    validator: {
      validate: (value: unknown) =>
        isPlainObject(value) &&
        Object.keys(value).length <= MOST_LANGUAGES &&
        Object.entries(value).every(
          ([language, words]) =>
            /^[a-z]{2,3}(_[A-Za-z]{2,4})?$/.test(language) &&
            isPlainObject(words) &&
            Object.keys(words).sort().join() === 'start,stop' &&
            Object.values(words).every(isList),
        ),
      defaultMessage: () =>
        `must be languages (en, pt_BR) with the lists stop and start of at most ${MOST_WORDS} words of at most ${LONGEST_WORD} characters`,
    },
  });
  return (target, key) => [object, lists].forEach((decorate) => decorate(target, key));
};

export class PhoneNumberView {
  @Text({ max: 40, description: "Meta's id of the phone number." }) id!: string;
  @Text({ max: 40, example: '+91 88000 00001' }) displayPhoneNumber!: string;
  @Text({ max: 200, description: 'As it was when the account was last connected.' }) verifiedName!: string;
  @Text({ max: 20, example: 'GREEN', description: 'As it was when the account was last connected.' })
  qualityRating!: string;
  @Text({ max: 40, nullable: true, example: 'TIER_2K', description: "Meta's messaging limit tier." })
  messagingLimit!: string | null;
  @Whole({ min: 1, max: 100_000, description: 'Messages per second Meta allows this number.' })
  throughput!: number;
  @Flag() isDefault!: boolean;
}

/** The part of an account that other services use; also the data of the event `account.updated`. */
export class AccountData {
  @Text({ max: 40 }) wabaId!: string;
  @Text({ max: 200, example: 'Example Store' }) name!: string;
  @OneOf(ACCOUNT_STATUSES) status!: AccountStatus;
  @OneOf(PLANS) plan!: Plan;
  @Flag({ description: 'Whether sends are allowed; when false every send is 402.' }) entitled!: boolean;
  @OneOf(UNKNOWN_OUTCOME_POLICIES) unknownOutcomePolicy!: UnknownOutcomePolicy;
  @Time() connectedAt!: string;
  @Time({
    optional: true,
    description: 'When its token and numbers were last checked with Meta, by connecting it.',
  })
  checkedAt?: string;
  @Time({ nullable: true, description: 'Null: there are no trials yet.' }) trialEndsAt!: string | null;
  @NestedList(() => PhoneNumberView, { max: 100 }) phoneNumbers!: PhoneNumberView[];
  @OptOutWordLists() optOutWords?: Readonly<Record<string, OptOutWords>> | null;
}

/** The data of the event `account.status`. */
export class AccountStatusData {
  @OneOf(ACCOUNT_STATUSES) status!: AccountStatus;
  @Text({ max: 1000, nullable: true }) reason!: string | null;
  @Time() at!: string;
}

/** The data of the event `phone_number.quality`. */
export class PhoneNumberQualityData {
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 40 }) displayPhoneNumber!: string;
  @Text({ max: 40 }) event!: string;
  @Text({ max: 40, nullable: true }) messagingLimit!: string | null;
  @Time() at!: string;
}

/**
 * `POST /admin/v1/accounts`: checks the token and the phone numbers with Meta, and subscribes our app to the webhooks.
 */
export class ConnectAccount {
  @Text({
    max: 40,
    pattern: /^\d+$/,
    patternDetail: 'must be the digits of a WhatsApp Business Account id',
    example: '1000000000000001',
  })
  wabaId!: string;
  @Text({
    max: 2000,
    description: 'A system user token with whatsapp_business_messaging and whatsapp_business_management.',
    example: 'EAAG…',
  })
  accessToken!: string;
  @Text({ max: 200, optional: true }) name?: string;
  @OneOf(PLANS, { optional: true, description: 'Default starter.' }) plan?: Plan;
  @Text({
    max: 40,
    optional: true,
    description: 'The number to send from by default; the first one if left out.',
  })
  defaultPhoneNumberId?: string;
}

/** `PATCH /admin/v1/accounts/:id`. */
export class UpdateAccount {
  @OneOf(PLANS, { optional: true }) plan?: Plan;
  @Flag({ optional: true }) entitled?: boolean;
  @OneOf(['active', 'suspended'] as const, { optional: true }) status?: 'active' | 'suspended';
  @OneOf(UNKNOWN_OUTCOME_POLICIES, { optional: true }) unknownOutcomePolicy?: UnknownOutcomePolicy;
  @Whole({
    min: 1,
    max: 100_000,
    optional: true,
    description: 'Messages per second of each number, where Meta allows more or less than it reports.',
  })
  throughput?: number;
  @OptOutWordLists() optOutWords?: Readonly<Record<string, OptOutWords>> | null;
}

/** An account as operators see it. */
export class AdminAccountView extends AccountData {
  @Text({ max: 40 }) id!: string;
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** A phone number as Meta returns it now. Values in capitals are Meta's. */
export class PhoneNumberAtMeta {
  @Text({ max: 40, description: "Meta's id of the phone number." }) id!: string;
  @Text({ max: 40, example: '+91 88000 00001' }) displayPhoneNumber!: string;
  @Text({ max: 200 }) verifiedName!: string;
  @Text({ max: 40, nullable: true, example: 'APPROVED', description: "Status of Meta's review of the name." })
  nameStatus!: string | null;
  @Text({ max: 40, nullable: true, example: 'CONNECTED' }) status!: string | null;
  @Text({ max: 40, example: 'GREEN' }) qualityRating!: string;
  @Text({ max: 40, nullable: true, example: 'TIER_2K', description: "Meta's messaging limit tier." })
  messagingLimit!: string | null;
  @Whole({ min: 1, max: 100_000, description: 'Messages per second Meta allows this number.' })
  throughput!: number;
}

export class AppAtMeta {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 200, nullable: true }) name!: string | null;
}

/** `GET /admin/v1/accounts/:id/meta`: the account as Meta returns it now. */
export class AccountAtMeta {
  @Text({ max: 200, nullable: true, description: 'Name of the WhatsApp Business Account.' }) wabaName!:
    string | null;
  @Text({ max: 40, nullable: true, example: 'APPROVED' }) reviewStatus!: string | null;
  @Text({ max: 40, nullable: true, example: 'verified' }) businessVerification!: string | null;
  @Time({ nullable: true, description: 'When the access token expires; null: never.' })
  tokenExpiresAt!: string | null;
  @Flag({ description: "Whether the token's app is subscribed to the account's webhooks." })
  subscribed!: boolean;
  @NestedList(() => AppAtMeta, { max: 1_000, description: 'All subscribed apps.' })
  subscribedApps!: AppAtMeta[];
  @NestedList(() => PhoneNumberAtMeta, { max: 1_000 }) phoneNumbers!: PhoneNumberAtMeta[];
  @Time({ description: 'When Meta was asked.' }) askedAt!: string;
}

/** An operator's session in a browser. */
export class SessionView {
  @Time() expiresAt!: string;
}

export class AccountSummary {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 40 }) wabaId!: string;
  @Text({ max: 200, example: 'Example Store' }) name!: string;
  @OneOf(ACCOUNT_STATUSES) status!: AccountStatus;
}

/** `GET /v1/me`. */
export class MeView {
  @Nested(() => ApiKeyView) key!: ApiKeyView;
  @Nested(() => AccountSummary) account!: AccountSummary;
  @NestedList(() => PhoneNumberView, { max: 100 }) phoneNumbers!: PhoneNumberView[];
}

export class BillingPeriod {
  @Time() start!: string;
  @Time() end!: string;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) messagesSent!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER }) conversations!: number;
}

export class AccountLimits {
  @Decimal({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    nullable: true,
    description: 'Requests a minute; null: unlimited.',
  })
  perMinute!: number | null;
  @Decimal({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    nullable: true,
    description: 'Requests in 10 seconds; null: unlimited.',
  })
  burst!: number | null;
}

/** `GET /v1/account`. */
export class AccountView {
  @Text({ max: 40 }) id!: string;
  @OneOf(PLANS) plan!: Plan;
  @Flag() entitled!: boolean;
  @OneOf(ACCOUNT_STATUSES) status!: AccountStatus;
  @Time({ nullable: true, description: 'Null: there are no trials yet.' }) trialEndsAt!: string | null;
  @Nested(() => BillingPeriod) currentPeriod!: BillingPeriod;
  @Nested(() => AccountLimits) limits!: AccountLimits;
}

/**
 * An account's access token, sealed (encrypted). Services ask the gateway for it once per account and change; it is
 * never written to Kafka.
 */
export type AccountCredentials = {
  readonly wabaId: string;
  readonly sealedToken: string;
  /** Meta's id of the app that owns the token. */
  readonly appId: string;
};
