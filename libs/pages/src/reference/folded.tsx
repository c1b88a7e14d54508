import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

type FoldedProps = {
  readonly summary: ComponentChildren;
  readonly id?: string;
  readonly open?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
};

/** Foldable content, rendered when first opened. */
export function Folded({ summary, id, open = false, class: name = '', children }: FoldedProps) {
  const [seen, setSeen] = useState(open);
  return (
    <details
      id={id}
      class={`folded ${name}`}
      open={open}
      onToggle={({ currentTarget }) => currentTarget.open && setSeen(true)}
    >
      <summary>{summary}</summary>
      {seen && <div class="inside">{children}</div>}
    </details>
  );
}
