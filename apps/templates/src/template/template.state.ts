import type { TemplateView } from '@wbiz/contracts/template';

/** A template from Meta's list, in our form. */
export type ListedTemplate = Omit<TemplateView, 'id' | 'createdAt' | 'updatedAt'>;

/** The fields that Meta's reviews change. A webhook has some of them, Meta's list has all. */
export type Judged = Pick<TemplateView, 'status' | 'rejectionReason' | 'category' | 'qualityScore'>;

/** A template's content: all but its name and language. */
export type TemplateContent = Pick<TemplateView, 'category' | 'components' | 'parameterFormat'> & {
  readonly messageSendTtlSeconds?: number;
};

/** A request to Meta. If refused, `create` removes the template, `submit` leaves a draft, others change nothing. */
export type Request =
  | { readonly kind: 'create' | 'submit'; readonly content: TemplateContent }
  | { readonly kind: 'edit'; readonly content: Partial<TemplateContent>; readonly ofApproved: boolean }
  | { readonly kind: 'delete' };

/** `heard`: Meta reported the template's status before Meta answered the request. */
type Submission = { readonly id: string; readonly request: Request; readonly heard: boolean };

/**
 * `asOf`: when Meta made the newest report in the state, in ms since the epoch. `view`: the last one, for a removed
 * template. `edits`: times of edits while approved. `answeredAt`: when Meta last accepted a request, in ms since the
 * epoch; lists read before then are outdated.
 */
export type TemplateState = {
  readonly asOf: number;
  readonly view: TemplateView | null;
  readonly removed: boolean;
  readonly submission?: Submission;
  readonly messageSendTtlSeconds?: number;
  readonly edits?: readonly string[];
  readonly answeredAt?: number;
};
