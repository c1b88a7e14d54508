import { Trash2 } from 'lucide-preact';
import type { ComponentChildren } from 'preact';

type ManagedItemProps = {
  /** Its name for screen readers. */
  readonly label: string;
  readonly about: ComponentChildren;
  /** Asked before it is deleted. */
  readonly question: string;
  readonly isAsking: boolean;
  readonly isPending: boolean;
  readonly onAsk: () => void;
  readonly onKeep: () => void;
  readonly onDelete: () => void;
  readonly children: ComponentChildren;
};

/** A tag or a custom field in its dialog's list; asks before it is deleted. */
export function ManagedItem({
  label,
  about,
  question,
  isAsking,
  isPending,
  children,
  ...on
}: ManagedItemProps) {
  return (
    <li>
      <span>{children}</span>
      {isAsking ? (
        <span class="row">
          {question}
          <button type="button" class="danger" disabled={isPending} onClick={on.onDelete}>
            Delete
          </button>
          <button type="button" onClick={on.onKeep}>
            Keep
          </button>
        </span>
      ) : (
        <span class="row">
          <span class="soft">{about}</span>
          <button type="button" class="quiet" aria-label={`Delete ${label}`} onClick={on.onAsk}>
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </span>
      )}
    </li>
  );
}
