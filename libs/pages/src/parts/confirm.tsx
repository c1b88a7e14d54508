import type { ComponentChildren } from 'preact';
import { Fault, type Refusal } from './fault.js';
import { Modal } from './modal.js';

type ConfirmProps = {
  readonly title: string;
  /** The label of the button that goes ahead. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly request: { readonly error: Refusal | null; readonly isPending: boolean };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

/** A dialog that asks before a request is made. */
export function Confirm({
  title,
  action,
  isDangerous = false,
  request,
  onConfirm,
  onClose,
  children,
}: ConfirmProps) {
  return (
    <Modal title={title} onClose={onClose}>
      {children}
      <Fault error={request.error} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class={isDangerous ? 'danger primary' : 'primary'}
          disabled={request.isPending}
          onClick={onConfirm}
        >
          {action}
        </button>
      </div>
    </Modal>
  );
}
