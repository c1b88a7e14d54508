import type { ComponentType } from 'preact';
import { lazy } from 'preact-iso';

/** Loads a page when it is first opened. Its file may be gone after an upgrade of the gateway: then a page says so. */
export const loadPage = (load: () => Promise<ComponentType>) =>
  lazy(() =>
    load().catch((error: unknown) => {
      reportError(error);
      return NotLoaded;
    }),
  );

function NotLoaded() {
  return (
    <div class="stack">
      <h1>This page could not be loaded</h1>
      <div class="notice warn stack" role="alert">
        <p>The gateway cannot be reached, or it has been upgraded since this tab was opened.</p>
        <div>
          <button type="button" class="primary" onClick={() => location.reload()}>
            Reload the console
          </button>
        </div>
      </div>
    </div>
  );
}
