import { SetMetadata } from '@nestjs/common';
import { AsyncReceipt, SendReceipt } from '@wbiz/contracts/message';
import type { ProblemCode } from '@wbiz/contracts/problem';
import type { SendKind } from '@wbiz/contracts/send';

type Class = new () => object;
/** A page of a list. */
export type PageOf = { readonly page: Class; readonly beside: Readonly<Record<string, Class>> };
/** `beside`: further lists in the same answer, by name. */
export const pageOf = (page: Class, beside: PageOf['beside'] = {}): PageOf => ({ page, beside });

/** An answer that is a file. */
export const BYTES = 'bytes';

/** A route's entry in the API reference. `answers`: body by status; null for an empty acknowledgement. */
export type Description = {
  readonly summary: string;
  readonly description: string;
  /** An example body, if its fields' examples do not make one. */
  readonly example?: object;
  readonly answers: Readonly<Record<number, Class | PageOf | typeof BYTES | null>>;
  /** The 200 is also available as CSV, by the Accept header. */
  readonly csv?: true;
  /** The schema of the form taken instead of JSON. */
  readonly form?: object;
  readonly problems?: readonly ProblemCode[];
};

export const DESCRIPTION = 'wbiz:description';
export const Describe = (description: Description) => SetMetadata(DESCRIPTION, description);

/** The problems of a send of any kind, on top of those of any route. */
const SEND_PROBLEMS = [
  'not_entitled',
  'account_suspended',
  'phone_number_not_found',
  'reply_target_not_found',
  'rejected_by_meta',
  'upstream_error',
  'outcome_unknown',
  'outcome_pending',
] as const satisfies readonly ProblemCode[];

/** The problems of one kind of send, on top of those of any. */
const PROBLEMS_OF_KIND: Readonly<Record<SendKind, readonly ProblemCode[]>> = {
  text: ['service_window_closed'],
  template: [
    'template_not_found',
    'template_not_approved',
    'template_not_supported',
    'template_variables_mismatch',
    'recipient_opted_out',
    'media_not_found',
  ],
  media: ['service_window_closed', 'media_not_found'],
  interactive: ['service_window_closed', 'media_not_found'],
  location: ['service_window_closed'],
  reaction: ['service_window_closed'],
  contacts: ['service_window_closed'],
  flow: ['service_window_closed', 'flow_not_published'],
};

/** What a send of this kind answers. */
export const sent = (kind: SendKind) => ({
  answers: { 201: SendReceipt, 202: AsyncReceipt },
  problems: [...SEND_PROBLEMS, ...PROBLEMS_OF_KIND[kind]],
});
