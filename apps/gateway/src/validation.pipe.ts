import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { isPlainObject, isWellFormed } from '@wbiz/contracts/schema/json-values';
import { isId } from '@wbiz/contracts/ids';
import { parseBody, parseQuery, type Parsed } from '@wbiz/contracts/schema/parse';
import { detailOf } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';

/** More than any body has; bounds the cost of unknown fields. */
const MOST_FIELDS = 200;
const MOST_FAULTS = 100;

type Check = (value: unknown, metadata: ArgumentMetadata) => unknown;

/** Validates what handlers take: bodies and queries become instances of the class declared. */
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    return CHECKS[metadata.type]?.(value, metadata) ?? value;
  }
}

const CHECKS: { readonly [Type in ArgumentMetadata['type']]?: Check } = {
  // A missing body counts as empty, so that the answer names the required fields.
  body: (body, { metatype }) => {
    if (hasTooManyFields(body)) throw tooManyFields();
    return valid(parseBody(metatype as new () => object, body === undefined ? {} : body));
  },
  query: (query, { metatype }) =>
    valid(parseQuery(metatype as new () => object, query as Record<string, unknown>)),
  param: (param, { data }) => {
    const namesId = /^(id|.*Id)$/.test(data ?? '');
    // A text that Postgres cannot store is no existing id or name, so it is a 404.
    if (namesId ? !isId(param) : !isWellFormed(param))
      throw new Rejection('not_found', `There is nothing with this ${namesId ? 'id' : 'name'}.`);
    return param;
  },
};

function valid<T>({ value, faults }: Parsed<T>): T {
  if (!faults.length) return value;
  throw new Rejection('invalid_request', detailOf(faults), faults.slice(0, MOST_FAULTS));
}

export const hasTooManyFields = (body: unknown) =>
  isPlainObject(body) && Object.keys(body).length > MOST_FIELDS;

export function tooManyFields(): Rejection {
  const detail = `The body must have at most ${MOST_FIELDS} fields.`;
  return new Rejection('invalid_request', detail, [{ pointer: '', code: 'fields', detail }]);
}
