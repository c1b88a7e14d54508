import type { ComponentChildren } from 'preact';

/** A refusal as both APIs give it: a sentence, and one entry for each field at fault. */
export type Refusal = Error & { readonly details?: readonly { pointer: string; detail: string }[] };

/** What went wrong, told at once to a screen reader; `children` for what can be done about it. */
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
