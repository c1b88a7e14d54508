import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';

/**
 * Shows an error in place of children that fail to render; the rest of the page goes on. A change of `place` renders
 * them again.
 */
export function Boundary({
  place,
  onRetry,
  children,
}: {
  readonly place: string;
  /** Called before the children are rendered again, to clear what may have broken them. */
  readonly onRetry?: () => void;
  readonly children: ComponentChildren;
}) {
  const [error, reset] = useErrorBoundary((thrown: unknown) => reportError(thrown));
  useEffect(reset, [place]);
  const retry = () => {
    onRetry?.();
    reset();
  };
  if (error === undefined || error === null) return <>{children}</>;
  return (
    <div class="stack">
      <h1>This page stopped working</h1>
      <div class="notice bad stack" role="alert">
        <p>It met something it cannot show. Nothing was changed by that.</p>
        <p>
          <code>{error instanceof Error ? error.message : String(error)}</code>
        </p>
        <div class="row">
          <button type="button" class="primary" onClick={retry}>
            Try again
          </button>
          <button type="button" onClick={() => location.reload()}>
            Reload the console
          </button>
        </div>
      </div>
    </div>
  );
}
