import { Check, Copy as CopyIcon } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { announce } from './announce.js';

/** A button that copies `text`; `what` names it for screen readers. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (button: HTMLElement) => {
    await toClipboard(text, button);
    setCopied(true);
    announce(`Copied ${what}`);
    setTimeout(() => setCopied(false), 2_000);
  };
  const Icon = copied ? Check : CopyIcon;
  return (
    <button
      type="button"
      onClick={({ currentTarget }) => void copy(currentTarget)}
      aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
    >
      <Icon size={16} aria-hidden="true" />
      {copied ? 'Copied' : 'Copy'}
    </button>
  );
}

/** navigator.clipboard exists only over HTTPS and on localhost; elsewhere copy a selection. */
async function toClipboard(text: string, beside: HTMLElement): Promise<void> {
  const { clipboard } = navigator as Partial<Navigator>;
  if (clipboard) return clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.className = 'unseen';
  field.value = text;
  // Inside the open dialog, if any: nothing outside of it can be selected.
  beside.after(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  beside.focus();
}
