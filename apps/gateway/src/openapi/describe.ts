import { SetMetadata } from '@nestjs/common';
import { AsyncReceipt, SendReceipt } from '@wbiz/contracts/message';
import type { ProblemCode } from '@wbiz/contracts/problem';

type Class = new () => object;
/** A page of a list. */
export type PageOf = { readonly page: Class; readonly beside: Readonly<Record<string, Class>> };
/** `beside`: other lists that stand beside the page's, by their names. */
export const pageOf = (page: Class, beside: PageOf['beside'] = {}): PageOf => ({ page, beside });

/** An answer that is a file. */
export const BYTES = 'bytes';

/** What the API reference says of a route. `answers`: status → body, null for an acknowledgement without news. */
export type Description = {
  readonly summary: string;
  readonly description: string;
  /** The example of its body, where those of its fields do not make one. */
  readonly example?: object;
  readonly answers: Readonly<Record<number, Class | PageOf | typeof BYTES | null>>;
  /** Whether it answers 200 as CSV too, to whoever accepts that. */
  readonly csv?: true;
  /** The schema of the form that it takes in place of JSON. */
  readonly form?: object;
  readonly problems?: readonly ProblemCode[];
};

export const DESCRIPTION = 'wbiz:description';
export const Describe = (description: Description) => SetMetadata(DESCRIPTION, description);

/** How a send can fail beyond what any route can. */
const SEND_PROBLEMS = [
  'not_entitled',
  'template_not_found',
  'account_suspended',
  'template_not_approved',
  'recipient_opted_out',
  'phone_number_not_found',
  'service_window_closed',
  'template_not_supported',
  'template_variables_mismatch',
  'reply_target_not_found',
  'media_not_found',
  'rejected_by_meta',
  'upstream_error',
  'outcome_unknown',
  'outcome_pending',
] as const satisfies readonly ProblemCode[];
/** What any send answers. */
export const SENT = { answers: { 201: SendReceipt, 202: AsyncReceipt }, problems: SEND_PROBLEMS };
