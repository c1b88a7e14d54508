import { missingParameter, notOneOf } from '../graph/graph-error.js';
import type { Component, Flow, Template } from '../graph/nodes.js';
import { listParameter, objectParameter, type Fields } from '../graph/parameter.rules.js';
import { fault } from './template.faults.js';

/** The facts about a template that the rules of its components need. */
export type TemplateContext = {
  readonly category: string;
  readonly format: Template['parameterFormat'];
  /** Finds the account's flow with this id or this name. */
  readonly flow: (by: { readonly id?: string; readonly name?: string }) => Flow | undefined;
};

/** A component (`fields`) and its path in the call (`at`): `components[0]`. */
export type Part = { readonly at: string; readonly fields: Component };

const upper = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value);

/** The object with its enum values in upper case, as Meta stores enums. */
function normalised(value: unknown, at: string): Fields {
  const given = Object.entries(objectParameter(value, at));
  return Object.fromEntries(
    given.map(([key, item]) => [
      key,
      ['type', 'format', 'otp_type', 'flow_action'].includes(key) ? upper(item) : item,
    ]),
  );
}

/** Reads a list of objects, each of which must have one of these types. */
export function readTyped(value: unknown, name: string, kinds: Iterable<string>): readonly Part[] {
  const known = new Set(kinds);
  return listParameter(value, name).map((item, index) => {
    const at = `${name}[${index}]`;
    const fields = normalised(item, at);
    const { type } = fields;
    if (type === undefined || type === '') throw missingParameter(`${at}['type']`);
    if (typeof type !== 'string' || !known.has(type)) throw notOneOf(`${at}['type']`, known, type);
    return { at, fields: fields as Component };
  });
}

const TWICE: Readonly<Record<string, (text: string) => Error>> = {
  HEADER: fault.header,
  FOOTER: fault.footer,
  BUTTONS: fault.button,
};

/** Reads the components of a template or of a card, which may have at most one of each kind. */
export function readParts(value: unknown, name: string, kinds: Iterable<string>): readonly Part[] {
  const parts = readTyped(value, name, kinds);
  const types = parts.map(({ fields }) => fields.type);
  const twice = types.find((type, index) => types.indexOf(type) < index);
  if (twice !== undefined)
    throw (TWICE[twice] ?? fault.body)(`A template can have only one component of type ${twice}.`);
  return parts;
}

export const partOf = (parts: readonly Part[], type: string) =>
  parts.find(({ fields }) => fields.type === type);

/** Refuses the component if it has fields that are not in `allowed`. */
export function onlyFields({ fields }: Part, allowed: readonly string[], type = fields.type): void {
  const extra = Object.keys(fields).filter((key) => key !== 'type' && !allowed.includes(key));
  if (extra.length > 0) throw fault.unexpected(type, extra);
}
