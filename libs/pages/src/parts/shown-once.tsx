import { Copy } from './copy.js';
import './shown-once.css';

/** A secret that is shown this once; `label` and `what` name it and its copy button for screen readers. */
export const ShownOnce = ({ text, label, what }: { text: string; label: string; what: string }) => (
  <div class="shown-once">
    <code aria-label={label}>{text}</code>
    <Copy text={text} what={what} />
  </div>
);
