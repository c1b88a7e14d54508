import { Check, CheckCheck, CircleAlert, CircleHelp, Clock, Reply, SmilePlus } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { instant, time } from '../../parts/clock.js';
import { lineOf, MessageContent } from './message-content.js';
import type { Entry, Message } from './thread.js';
import type { Sending } from './use-outbox.js';

const STATUSES = {
  accepted: [Clock, 'Being sent'],
  outcome_unknown: [CircleHelp, 'Not known whether it was sent'],
  sent: [Check, 'Sent'],
  delivered: [CheckCheck, 'Delivered'],
  read: [CheckCheck, 'Read'],
  failed: [CircleAlert, 'Failed'],
  received: [null, 'Received'],
} as const satisfies Record<Message['status'], readonly [typeof Check | null, string]>;

/** Advice for the agent, by our error code or Meta's. */
const WHAT_TO_DO: Readonly<Record<string, string>> = {
  service_window_closed: 'Send a template instead.',
  recipient_opted_out: 'The person does not want marketing; other templates can be sent.',
  outcome_unknown: 'It may have arrived all the same: ask, before you send it again.',
  template_not_approved: 'Choose a template that is approved.',
  media_not_found: 'Attach the file again.',
  131026: 'The number may not be on WhatsApp, or its app is too old.',
  131047: 'The service window is closed: send a template instead.',
  131049: 'Meta holds back marketing that a person may not want: try again in a day or later.',
  131050: 'The person stopped marketing of this business.',
};
const adviceFor = (code: string, metaCode?: unknown): string | undefined =>
  WHAT_TO_DO[String(metaCode)] ?? WHAT_TO_DO[code];

const REACTIONS = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

type BubbleProps = {
  readonly entry: Entry;
  readonly who: string;
  /** Undefined if nothing can be sent to the person now. */
  readonly onReply: (() => void) | undefined;
  readonly onReact: ((emoji: string) => void) | undefined;
  /** Puts the text back into the composer. */
  readonly onAgain: ((text: string) => void) | undefined;
};

export function MessageBubble({ entry, who, onReply, onReact, onAgain }: BubbleProps) {
  const { message, reactions, quoted, edited, isRevoked } = entry;
  const { direction, status, createdAt, kind, body } = message;
  if (kind === 'system') return <SystemLine message={message} />;
  const sender = direction === 'in' ? who : message.source ? 'You, on the phone' : 'You';
  const own = reactions.find((reaction) => reaction.direction === 'out')?.emoji;
  return (
    <article class={`message ${direction} ${status === 'failed' ? 'has-failed' : ''}`} aria-label={sender}>
      <div class="bubble">
        {message.replyTo && (
          <blockquote class="quoted">
            {quoted ? (
              <>
                <strong>{quoted.direction === 'in' ? who : 'You'}</strong>
                <span>{lineOf(quoted)}</span>
              </>
            ) : (
              <span>An earlier message</span>
            )}
          </blockquote>
        )}
        {isRevoked ? (
          <p class="soft">Deleted by the person.</p>
        ) : (
          <MessageContent of={edited === undefined ? message : { ...message, body: edited }} />
        )}
        <p class="foot">
          {edited !== undefined && <span>edited</span>}
          {message.source && <span>from the phone</span>}
          <time dateTime={createdAt} title={instant(createdAt)}>
            {time(createdAt)}
          </time>
          {direction === 'out' && <Status status={status} />}
        </p>
      </div>
      {reactions.length > 0 && (
        <p class="reactions">
          {reactions.map((reaction) => (
            <span key={reaction.direction} title={reaction.direction === 'in' ? who : 'You'}>
              <span class="unseen">{reaction.direction === 'in' ? who : 'You'} reacted with </span>
              {reaction.emoji}
            </span>
          ))}
        </p>
      )}
      {(onReply || onReact) && !isRevoked && message.wamid !== null && (
        <Actions onReply={onReply} onReact={onReact} own={own} />
      )}
      {(status === 'failed' || status === 'outcome_unknown') && (
        <Failure
          message={message}
          onAgain={kind === 'text' && body ? onAgain && (() => onAgain(body)) : undefined}
        />
      )}
    </article>
  );
}

function Status({ status }: { status: Message['status'] }) {
  const [Icon, name] = STATUSES[status];
  return (
    <span class={`status ${status}`} title={name}>
      {Icon && <Icon size={15} aria-hidden="true" />}
      <span class="unseen">{name}</span>
    </span>
  );
}

function Failure({ message, onAgain }: { message: Message; onAgain: (() => void) | undefined }) {
  const error = message.error ?? {};
  const code = message.status === 'failed' ? String(error['code']) : 'outcome_unknown';
  const metaCode = error['metaCode'];
  const details = typeof error['details'] === 'string' ? error['details'] : undefined;
  return (
    <div class="failure">
      <p>
        <strong>{message.status === 'failed' ? 'Not delivered. ' : 'Not known whether it was sent. '}</strong>
        {typeof error['message'] === 'string' && error['message']}
        {metaCode !== undefined && <span class="soft"> (Meta {String(metaCode)})</span>}
      </p>
      {details && details !== error['message'] && <p>{details}</p>}
      {adviceFor(code, metaCode) && <p>{adviceFor(code, metaCode)}</p>}
      {onAgain && (
        <button type="button" class="quiet" onClick={onAgain}>
          Write it again
        </button>
      )}
    </div>
  );
}

type ActionsProps = Pick<BubbleProps, 'onReply' | 'onReact'> & { readonly own: string | undefined };
function Actions({ onReply, onReact, own }: ActionsProps) {
  const [isChoosing, setChoosing] = useState(false);
  return (
    <div
      class={`actions ${isChoosing ? 'open' : ''}`}
      onKeyDown={(event) => event.key === 'Escape' && setChoosing(false)}
    >
      {onReply && (
        <button type="button" class="quiet" onClick={onReply} aria-label="Reply" title="Reply">
          <Reply size={16} aria-hidden="true" />
        </button>
      )}
      {onReact && (
        <button
          type="button"
          class="quiet"
          onClick={() => setChoosing(!isChoosing)}
          aria-expanded={isChoosing}
          aria-label="React"
          title="React"
        >
          <SmilePlus size={16} aria-hidden="true" />
        </button>
      )}
      {onReact && isChoosing && (
        <span class="emojis" role="group" aria-label="Reactions">
          {REACTIONS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              class="quiet"
              aria-pressed={emoji === own}
              aria-label={emoji === own ? `Take ${emoji} back` : `React with ${emoji}`}
              onClick={() => {
                setChoosing(false);
                onReact(emoji === own ? '' : emoji);
              }}
            >
              {emoji}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

/** A system message about the person. */
function SystemLine({ message: { body, payload, createdAt } }: { message: Message }) {
  const phone = typeof payload?.['phone'] === 'string' ? payload['phone'] : undefined;
  return (
    <p class="system-line">
      {body ?? (phone ? `The person has a new number: ${phone}` : 'WhatsApp has news of the person.')} ·{' '}
      <time dateTime={createdAt}>{time(createdAt)}</time>
    </p>
  );
}

/** Whether the API may have accepted the message despite the error. */
const isOpen = (error: Error) => 'status' in error && (error.status === 0 || Number(error.status) >= 500);

type SendingProps = {
  readonly sending: Sending;
  readonly onAgain: () => void;
  readonly onDiscard: () => void;
};
/** A message that the API has not accepted yet. */
export function SendingBubble({ sending: { shown, error }, onAgain, onDiscard }: SendingProps) {
  const code = error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    <article class={`message out ${error ? 'has-failed' : 'is-sending'}`} aria-label="You">
      <div class="bubble">
        <MessageContent of={{ ...shown, direction: 'out' }} />
        <p class="foot">{error ? <Status status="failed" /> : <Status status="accepted" />}</p>
      </div>
      {error && (
        <div class="failure" role="alert">
          <p>
            <strong>Not sent. </strong>
            {error.message}
          </p>
          <p>{adviceFor(code) ?? (isOpen(error) ? 'To try again cannot send it twice.' : null)}</p>
          <div class="row">
            <button type="button" class="quiet" onClick={onAgain}>
              Try again
            </button>
            <button type="button" class="quiet" onClick={onDiscard}>
              Discard
            </button>
          </div>
        </div>
      )}
    </article>
  );
}
