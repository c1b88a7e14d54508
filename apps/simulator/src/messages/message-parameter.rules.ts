import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import { lengthOf, objectParameter, type Fields } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { kindFault, type MediaKind } from '../media/media.rules.js';
import { most, type Limit } from './message.limits.js';

/** Code and details of the `failed` status that an accepted message gets. */
export type Failure = { readonly code: number; readonly details?: string | undefined };

export type SendContext = {
  readonly state: State;
  readonly wabaId: string;
  /** The first fault found of those that Meta reports only after it has accepted the message. */
  failure?: Failure | undefined;
};

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

export function textParameter(value: unknown, name: string, limit: Limit): string {
  if (value === undefined || isBlank(value)) throw missingParameter(name);
  if (typeof value !== 'string') throw badParameter(`Param ${name} must be a string.`);
  if (value.length > most(limit) && lengthOf(value) > most(limit))
    throw badParameter(`Param ${name} must be at most ${most(limit)} characters long.`);
  return value;
}

export const optionalText = (value: unknown, name: string, limit: Limit) => {
  if (value !== undefined && !isBlank(value)) textParameter(value, name, limit);
};

export function urlParameter(value: unknown, name: string): void {
  const url = textParameter(value, name, 'link');
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw badParameter(`Param ${name} is not a valid URI.`);
}

export function coordinates({ latitude, longitude }: Fields, name: string): void {
  coordinate(latitude, `${name}['latitude']`, 90);
  coordinate(longitude, `${name}['longitude']`, 180);
}

function coordinate(value: unknown, name: string, limit: number): void {
  if (value === undefined) throw missingParameter(name);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) <= limit))
    throw badParameter(`Param ${name} must be a number.`);
}

/** Checks media given by id (of this account) or by link. A fault in the file is not refused: the message fails with 131053. */
export function mediaParameter(value: unknown, name: string, kind: MediaKind, context: SendContext): void {
  const { id, link } = objectParameter(value, name);
  if ((id === undefined) === (link === undefined))
    throw refuse(131009, `Exactly one of id and link is required for ${name}.`);
  if (link !== undefined) return urlParameter(link, `${name}['link']`);
  const media = context.state.media(String(id));
  if (media === undefined || media.wabaId !== context.wabaId)
    throw badParameter(`Param ${name}['id'] is not a valid whatsapp business account media attachment ID`);
  const details = kindFault(kind, media.mimeType) ?? media.fault;
  if (details !== undefined) context.failure ??= { code: 131053, details };
}

/** Refuses a wrong length with 131009, in words captured from Meta. A text that is only white space has length 0. */
export function lengthWithin(
  value: unknown,
  { what, name, limit, min = 1 }: { what: string; name: string; limit: Limit; min?: number },
): string {
  if (value === undefined) throw missingParameter(name);
  if (typeof value !== 'string') throw badParameter(`Param ${name} must be a string.`);
  const length = isBlank(value) ? 0 : lengthOf(value);
  if (length < min || length > most(limit))
    throw refuse(131009, `${what} length invalid. Min length: ${min}, Max length: ${most(limit)}`);
  return value;
}
