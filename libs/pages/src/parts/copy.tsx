import { Check, Copy as CopyIcon } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { announce } from './announce.js';

/** A button that copies `text`; `what` names it to a screen reader. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    announce(`Copied ${what}`);
    setTimeout(() => setCopied(false), 2_000);
  };
  const Icon = copied ? Check : CopyIcon;
  return (
    <button type="button" onClick={() => void copy()} aria-label={`Copy ${what}`}>
      <Icon size={16} aria-hidden="true" />
      {copied ? 'Copied' : 'Copy'}
    </button>
  );
}
