import type { Schemas } from '@wbiz/sdk/operations';
import { Archive, ArchiveRestore, ArrowLeft, BookUser, Clock, UserRound } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { nameOf } from './conversation-list.js';
import type { Conversation } from './conversation-pages.js';
import type { useConversations } from './use-conversations.js';
import type { serviceWindow } from './service-window.js';

type HeadProps = Pick<ReturnType<typeof useConversations>, 'place'> & {
  readonly conversation: Conversation;
  readonly back: string;
  readonly window: ReturnType<typeof serviceWindow>;
};
export function ConversationHead({ conversation, back, window, place }: HeadProps) {
  const { account, api } = useAccount();
  const { id, contact, status, assignee } = conversation;
  const [isAssigning, setAssigning] = useState(false);
  const toggle = status === 'open' ? 'Close conversation' : 'Open conversation again';
  const change = useAction({
    mutationFn: (body: Schemas['UpdateConversation']) =>
      api.request('PATCH', '/v1/conversations/{id}', { path: { id }, body }),
    onSuccess: (row, body) => {
      place([row]);
      setAssigning(false);
      if (body.status) announce(body.status === 'closed' ? 'Conversation closed' : 'Conversation opened');
    },
  });
  return (
    <>
      <header>
        <a class="button quiet back" href={back} aria-label="Back to the conversations">
          <ArrowLeft size={18} aria-hidden="true" />
        </a>
        <div class="who">
          <h2>{nameOf(conversation)}</h2>
          <p class="soft">
            {contact.name !== null && <span>{contact.phone ?? contact.userId}</span>}
            <span class={`window ${window.state}`}>
              <Clock size={14} aria-hidden="true" /> Service window {window.text}
            </span>
            {assignee !== null && <span>Answered by {assignee}</span>}
          </p>
        </div>
        <div class="row tools">
          <a
            class="button quiet"
            href={`/console/accounts/${account.id}/contacts/${contact.id}`}
            aria-label="Contact"
            title="Contact"
          >
            <BookUser size={18} aria-hidden="true" />
          </a>
          <button
            type="button"
            class="quiet"
            onClick={() => setAssigning(true)}
            aria-label="Assign"
            title="Assign"
          >
            <UserRound size={18} aria-hidden="true" />
          </button>
          <button
            type="button"
            class="quiet"
            disabled={change.isPending}
            onClick={() => change.mutate({ status: status === 'open' ? 'closed' : 'open' })}
            aria-label={toggle}
            title={toggle}
          >
            {status === 'open' ? (
              <Archive size={18} aria-hidden="true" />
            ) : (
              <ArchiveRestore size={18} aria-hidden="true" />
            )}
            <span class="wide-only">{toggle}</span>
          </button>
        </div>
      </header>
      {!isAssigning && <Fault error={change.error} />}
      {isAssigning && (
        <Assign
          assignee={assignee}
          error={change.error}
          isPending={change.isPending}
          onAssign={(name) => change.mutate({ assignee: name })}
          onClose={() => setAssigning(false)}
        />
      )}
    </>
  );
}

type AssignProps = {
  assignee: string | null;
  error: Error | null;
  isPending: boolean;
  onAssign: (name: string | null) => void;
  onClose: () => void;
};
function Assign({ assignee, error, isPending, onAssign, onClose }: AssignProps) {
  const [name, setName] = useState(assignee ?? '');
  return (
    <Modal title="Who answers" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onAssign(name.trim() || null);
        }}
      >
        <Field label="Name" hint="In whatever way you name people; empty: nobody.">
          <input value={name} maxLength={200} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </Field>
        <Fault error={error} />
        <div class="row">
          <button class="primary" disabled={isPending}>
            Assign
          </button>
        </div>
      </form>
    </Modal>
  );
}
