import type { ComponentChildren } from 'preact';

/** A refusal by either API: a sentence, and one entry per faulty field. */
export type Refusal = Error & { readonly details?: readonly { pointer: string; detail: string }[] };

/** Shows an error, once, and announces it to screen readers; `children`: what the user can do about it. */
export function Fault({
  error,
  children,
}: {
  error: Refusal | null | undefined;
  children?: ComponentChildren;
}) {
  if (!error) return null;
  const details = error.details?.filter(({ detail }) => detail !== error.message) ?? [];
  return (
    <div class="notice bad stack" role="alert">
      <p>{error.message}</p>
      {details.length > 0 && (
        <ul>
          {details.map(({ pointer, detail }) => (
            <li key={pointer}>{detail}</li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
