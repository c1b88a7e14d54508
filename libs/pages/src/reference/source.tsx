import type { ComponentChildren } from 'preact';
import { Copy } from '../parts/copy.js';
import { tokensOf } from './tokens.js';

/** Source code with a copy button; `what` names both for screen readers. */
export function Source({
  text,
  what,
  children,
}: {
  text: string;
  what: string;
  children?: ComponentChildren;
}) {
  return (
    <figure class="source">
      <figcaption class="row apart">
        {children ?? <span class="soft">{what}</span>}
        <Copy text={text} what={what} />
      </figcaption>
      {/* It scrolls, so it must be focusable by keyboard. */}
      <pre tabIndex={0} role="group" aria-label={what}>
        <code>
          {tokensOf(text).map(({ kind, text }, index) =>
            kind === 'text' ? (
              text
            ) : (
              <span key={index} class={`token-${kind}`}>
                {text}
              </span>
            ),
          )}
        </code>
      </pre>
    </figure>
  );
}

type JsonProps = { readonly value: unknown; readonly what: string; readonly children?: ComponentChildren };

export const Json = ({ value, what, children }: JsonProps) => (
  <Source text={JSON.stringify(value, null, 2)} what={what}>
    {children}
  </Source>
);
