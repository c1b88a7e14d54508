import { caseless } from './text/caseless.js';
import { Text, Time } from './schema/text-fields.js';
import { Whole } from './schema/fields.js';
import { LIMITS } from './limits.js';

/** A field for a tag's name: not blank, without leading or trailing blanks. */
const TagName = () =>
  Text({
    ...LIMITS.tagName,
    pattern: /^\S(.*\S)?$/s,
    patternDetail: 'must not begin or end with blanks',
    example: 'vip',
  });

/** The form of a tag's name by which names that differ only in case are one tag. */
export const tagKey = caseless;

/** The event stream of a tag. */
export const tagStream = (accountId: string, name: string) => `tag:${accountId}:${tagKey(name)}`;

export class TagView {
  @Text({ max: LIMITS.tagName.max, example: 'vip' }) name!: string;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'How many contacts have it.' })
  contactCount!: number;
  @Time() createdAt!: string;
}

/**
 * A deleted tag or custom field that the contacts service is still removing from contacts; the API shows it no more.
 */
export class Removal {
  @Text({ max: LIMITS.tagName.max, example: 'vip' }) name!: string;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Contacts that had it.' }) total!: number;
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Contacts that still have it.' })
  remaining!: number;
  @Time() deletedAt!: string;
}

/** `POST /v1/tags`. */
export class CreateTag {
  @TagName() name!: string;
}

/** Payload of the commands `tag.create` and `tag.delete`. */
export type TagData = { readonly accountId: string; readonly name: string; readonly at: string };

/** The data of the events `tag.created` and `tag.deleted`. */
export class TagEventData {
  @Text({ max: LIMITS.tagName.max, example: 'vip' }) name!: string;
  @Time() at!: string;
}
