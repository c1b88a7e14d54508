import { useInfiniteQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';

type Change = Schemas['ContactChange'];

const CHANGES = {
  created: 'Added',
  updated: 'Changed',
  changed_number: 'Has a new number',
  opted_out: 'Opted out',
  merged: 'Joined with another contact of the same person',
} as const satisfies Record<Change['type'], string>;
const WAYS: Readonly<Record<string, string>> = {
  api: 'by the API',
  import: 'by an import',
  stop_word: 'by a stop word',
  start_word: 'by a start word',
  user_preferences: "in WhatsApp's settings",
  refused_by_meta: 'as Meta told by refusing a message',
};
/** The names of the fields that a change touched; opt-in times are part of `optedIn`. */
const fieldsIn = (changed: readonly string[]) =>
  changed
    .filter((field) => field !== 'optedInAt' && field !== 'optedOutAt')
    .map((field) => (field === 'optedIn' ? 'opt-in' : field.replace('customFields.', '')));

export function ContactHistory({ id }: { id: string }) {
  const { account, api } = useAccount();
  const history = useInfiniteQuery({
    queryKey: [account.id, 'contact-history', id],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/contacts/{id}/history', {
        path: { id },
        query: { limit: 20, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const changes = history.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section class="card stack" aria-labelledby="contact-history">
      <h2 id="contact-history">History</h2>
      <Fault error={history.error} />
      {history.isPending && <Loading label="Loading the history" />}
      <ol class="history">
        {changes.map(({ type, at, by, changed, how, contact, formerPhone }, index) => (
          <li key={`${at}-${index}`}>
            <p>
              <strong>{CHANGES[type]}</strong>
              {changed.length > 0 && <span>: {fieldsIn(changed).join(', ')}</span>}
              {formerPhone && <span> (was {formerPhone})</span>}
            </p>
            {how && (
              <p>
                {contact?.optedIn ? 'Opted in' : 'Opted out'} {WAYS[how]}
              </p>
            )}
            <p class="soft">
              <When at={at} />
              {by && (
                <>
                  {' '}
                  by <code>{by}</code>
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <div class="row">
          <button
            type="button"
            disabled={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            Show more
          </button>
        </div>
      )}
    </section>
  );
}
