import type {
  MarkReadData,
  MessageEchoedData,
  MessageError,
  MessageReceivedData,
} from '@wbiz/contracts/message';
import type { SendMessageData, WithdrawMessageData } from '@wbiz/contracts/send';
import type { Message } from '@wbiz/eventing/message';
import type { WindowFacts } from '../conversation/service-window.js';
import type { Arrival, Place } from '../person/people.js';
import type { Referenced } from './graph-body.js';
import type { Awaiting } from './message.state.js';

/** Facts looked up before a send is decided. */
export type SendFacts = Referenced &
  WindowFacts & {
    /** The wamid of the message replied to; null if `replyTo` is not a message of this account. */
    readonly replyToWamid: string | null;
    /** Looked up for marketing templates only; `unavailable`: the contacts service did not answer. */
    readonly optedOut: boolean | 'unavailable';
    /** The recipient's contact and conversation, if their ids are not those derived from `to`. */
    readonly place?: Place;
  };

/**
 * The outcome of an attempt to send. `refused` is final; `deferred`: Meta certainly did not accept the message, and
 * another attempt follows.
 */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly wamid: string;
      /** Meta accepted the message and holds it for quality assessment. */
      readonly held?: boolean;
    }
  | { readonly kind: 'refused'; readonly error: MessageError }
  | { readonly kind: 'deferred'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

type MetaStatusReport = {
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  readonly error: MessageError | null;
  readonly at: string;
};

/** Read under the message's lock before a send leaves the queue. */
export type QueueFacts = {
  /** Whether an attempt is started and not settled. */
  readonly isUnderWay: boolean;
};

type OfMessage<Type extends string, Data> = Message<Type, Data & { readonly messageId: string }>;
export type MessageCommand =
  | OfMessage<
      'message.send',
      SendMessageData & {
        readonly facts: SendFacts;
        readonly awaiting: Awaiting | null;
        readonly traceparent: string | null;
        readonly accountId: string;
      }
    >
  | OfMessage<'message.settle', { readonly attempt: number; readonly outcome: Outcome; readonly at: string }>
  | (OfMessage<'message.note-status', MetaStatusReport> & {
      /** The present contact and conversation of a person addressed by user id, if known. */
      readonly facts: { readonly place?: Place };
    })
  | OfMessage<'message.give-up', { readonly attempt: number; readonly at: string }>
  | OfMessage<'message.send-again', { readonly attempt: number; readonly at: string }>
  | (OfMessage<'message.withdraw', WithdrawMessageData> & { readonly facts: QueueFacts })
  | (OfMessage<'message.expire', { readonly at: string }> & { readonly facts: QueueFacts })
  | OfMessage<'message.mark-read', MarkReadData & { readonly awaiting: Awaiting | null }>
  | OfMessage<'message.note-read', { readonly at: string }>
  | (Message<'message.receive', MessageReceivedData & { readonly accountId: string }> & {
      readonly facts: Arrival;
    })
  | (Message<'message.echo', MessageEchoedData & { readonly accountId: string }> & {
      readonly facts: Arrival;
    });
