import type { ComponentChildren } from 'preact';

/** A refusal by either API: a sentence, and one entry per faulty field. */
export type Refusal = Error & { readonly details?: readonly { pointer: string; detail: string }[] };

/** Shows an error, and announces it to screen readers; `children`: what the user can do about it. */
export function Fault({
  error,
  children,
}: {
  error: Refusal | null | undefined;
  children?: ComponentChildren;
}) {
  if (!error) return null;
  return (
    <div class="notice bad stack" role="alert">
      <p>{error.message}</p>
      {error.details && error.details.length > 0 && (
        <ul>
          {error.details.map(({ pointer, detail }) => (
            <li key={pointer}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
