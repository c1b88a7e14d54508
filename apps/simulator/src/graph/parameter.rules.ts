import { kindFault, type MediaKind } from '../media/media.rules.js';
import { most, type Limit } from '../messages/message.limits.js';
import { badParameter, missingParameter, refuse } from './graph-error.js';
import { formValue } from './graph-parameters.js';
import type { State } from './state.js';

export type Fields = Record<string, unknown>;

/** What a message fails with after Meta's yes: the code of a `failed` status. */
export type Failure = { readonly code: number; readonly details?: string | undefined };

/** Whose message is checked. A check that finds what Meta finds only later leaves it in `failure`; the first counts. */
export type SendContext = {
  readonly state: State;
  readonly wabaId: string;
  failure?: Failure | undefined;
};

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Business-scoped user ids (Meta, business-scoped user IDs): country, a dot, letters and digits.
const USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}$/;

export const isUserId = (text: string) => USER_ID.test(text);

/** Characters as Meta counts them: code points, not UTF-16 units. */
export const lengthOf = (text: string) => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

/** The parameter as an object; `name` as Meta writes it: `text` or `text['body']`. */
export function objectParameter(value: unknown, name: string): Fields {
  if (value === undefined || value === null) throw missingParameter(name);
  if (!isObject(value)) throw badParameter(`Param ${name} must be a JSON object.`);
  return value;
}

/** The parameter as a list; one in JSON text is one as well, in a JSON body too. */
export function listParameter(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) throw missingParameter(name);
  const list = typeof value === 'string' ? formValue(value) : value;
  if (!Array.isArray(list)) throw badParameter(`Param ${name} must be an array.`);
  return list;
}

/** A list of texts, or the text of one with commas between them; undefined where there is none. */
export function textList(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String);
  return String(value)
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .filter((item) => item !== '');
}

const LATEST_S = 1e11;

/** Unix seconds, of seconds, milliseconds or a date: Meta's pages show all three. */
export function timeParameter(value: unknown, name: string): number {
  if (value === undefined || value === '') throw missingParameter(name);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(String(value));
  const time = isDate ? Date.parse(String(value)) / 1000 : Number(value);
  const seconds = Math.floor(time > LATEST_S ? time / 1000 : time);
  if (!(seconds >= 0 && seconds <= LATEST_S)) throw badParameter(`Param ${name} must be a unix timestamp.`);
  return seconds;
}

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

/** Media by id (one of this account) or by link. What is wrong with the file itself shows later, as 131053. */
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

/** 131009 for a length, in the captured words; blanks alone have none. */
export function lengthWithin(value: unknown, what: string, name: string, limit: Limit, min = 1): string {
  if (value === undefined) throw missingParameter(name);
  if (typeof value !== 'string') throw badParameter(`Param ${name} must be a string.`);
  const length = isBlank(value) ? 0 : lengthOf(value);
  if (length < min || length > most(limit))
    throw refuse(131009, `${what} length invalid. Min length: ${min}, Max length: ${most(limit)}`);
  return value;
}
