import { Fault } from './fault.js';

type Pages = {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: Error | null;
  readonly fetchNextPage: () => unknown;
};

/** A button below a paged list that loads the next page. */
export function More({ pages }: { pages: Pages }) {
  if (!pages.hasNextPage) return null;
  return (
    <div class="stack">
      <Fault error={pages.isFetchNextPageError ? pages.error : null} />
      <button
        type="button"
        style={{ justifySelf: 'center' }}
        disabled={pages.isFetchingNextPage}
        onClick={() => void pages.fetchNextPage()}
      >
        {pages.isFetchingNextPage ? 'Loading…' : 'Show more'}
      </button>
    </div>
  );
}
