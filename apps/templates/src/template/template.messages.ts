import type { TemplateRemovedData, TemplateStatusData, TemplateView } from '@wbiz/contracts/template';
import type {
  CreateTemplateData,
  DeleteTemplateData,
  UpdateTemplateData,
} from '@wbiz/contracts/template/writes';
import type { DomainEvent, Message, RejectionData } from '@wbiz/eventing/message';
import type { Judged, ListedTemplate, Request } from './template.state.js';

/** `id`: the command's id. `replyTo`: the address at which the command's sender waits for the outcome. */
export type Asking = {
  readonly asking: {
    readonly id: string;
    readonly replyTo: string | null;
    readonly traceparent: string | null;
  };
};

/** The outcome of a request to Meta. `taken`: Meta accepted the request; `listed` has the fields that Meta reported. */
export type Outcome =
  | { readonly kind: 'taken'; readonly listed: Partial<ListedTemplate> }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'refused'; readonly error: RejectionData };

/** `asOf`: when Meta made the report in the command, in ms since the epoch. `at`: now, ISO 8601. */
type Known = { readonly templateId: string; readonly asOf: number; readonly at: string };

export type TemplateCommand =
  | (Message<'template.create', CreateTemplateData & Asking> & {
      /** The id of the account's other template with this name and language; null if there is none. */
      readonly facts: { readonly takenBy: string | null };
    })
  | Message<'template.update', UpdateTemplateData & Asking>
  | Message<'template.delete', DeleteTemplateData & Asking>
  | Message<
      'template.settle',
      Known & { readonly submissionId: string; readonly outcome: Outcome; readonly answeredAt: number }
    >
  | Message<'template.import', Known & { readonly template: ListedTemplate }>
  | Message<
      'template.note-status',
      Known & { readonly judged: Partial<Judged>; readonly reason: string | null }
    >
  | Message<'template.remove', Known>;

/** `heard`: Meta reported the template's status while a request to Meta was open. */
export type Since = { readonly asOf: number; readonly heard?: boolean };

export type TemplateEvent =
  | DomainEvent<'template.changed', TemplateView, Since & { readonly messageSendTtlSeconds?: number }>
  | DomainEvent<'template.status', TemplateStatusData>
  | DomainEvent<'template.confirmed', Since>
  | DomainEvent<'template.removed', TemplateRemovedData, Since>
  | DomainEvent<'submission.requested', Asking['asking'] & { readonly request: Request }>
  | DomainEvent<
      'submission.settled',
      {
        readonly id: string;
        readonly at: string;
        readonly answeredAt: number;
        readonly refused: RejectionData | null;
      }
    >;
