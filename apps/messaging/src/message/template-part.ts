import type { FieldFault } from '@wbiz/contracts/problem';
import type { SendRequest } from '@wbiz/contracts/send';
import type { FilledTemplate } from '@wbiz/contracts/template/filling';
import { defined, type Referenced } from './graph-body.js';

export type TemplateRequest = SendRequest<'template'>;
export type Given = Pick<
  TemplateRequest,
  'headerMediaId' | 'headerLink' | 'headerFilename' | 'headerLocation' | 'buttons'
>;
/** A template or one card of its carousel. `given`: its values in the request; `at`: the JSON pointer to them. */
export type Part = {
  readonly filled: FilledTemplate;
  readonly given: Given;
  readonly at: string;
  /** Whether Meta takes the parameters by name, not by position. */
  readonly isNamed: boolean;
  readonly facts: Referenced;
  readonly messageId: string;
  readonly faults: FieldFault[];
};

/** Adds a fault for the value at `pointer` of the part. */
export const fault = ({ at, faults }: Part, pointer: string, detail: string) =>
  void faults.push({ pointer: `${at}${pointer}`, code: 'template_variables_mismatch', detail });

/** The text parameters of a header or body for Meta. */
export const textsOf = (filled: FilledTemplate['body'], isNamed: boolean) =>
  (filled?.variables ?? []).map(({ name, value }) =>
    defined({ type: 'text', parameter_name: isNamed ? name : undefined, text: value }),
  );
