import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { ManagedItem } from './managed-item.js';
import { Removals } from './removals.js';

const PAGE = 200;

/** All tags with their number of contacts; adds and deletes tags. */
export function TagsDialog({ onClose }: { onClose: () => void }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [doomed, doom] = useState<string>();
  const tags = useQuery({
    queryKey: [account.id, 'tags', 'first'],
    queryFn: ({ signal }) => api.request('GET', '/v1/tags', { query: { limit: PAGE }, signal }),
    refetchInterval: ({ state }) => (state.data?.removals.length ? 2_000 : false), // no event reports the end of a removal
  });
  const changed = () => {
    void queries.invalidateQueries({ queryKey: [account.id, 'tags'] });
    void queries.invalidateQueries({ queryKey: [account.id, 'contacts'] });
  };
  const create = useAction({
    mutationFn: (name: string) => api.request('POST', '/v1/tags', { body: { name } }),
    onSuccess: () => {
      setName('');
      changed();
    },
  });
  const remove = useAction({
    mutationFn: (name: string) => api.request('DELETE', '/v1/tags/{name}', { path: { name } }),
    onSuccess: (_, name) => {
      doom(undefined);
      announce(`Deleted the tag ${name}`);
      changed();
    },
  });
  return (
    <Modal title="Tags" onClose={onClose}>
      <form
        class="row add-tag"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) create.mutate(name.trim());
        }}
      >
        <input
          aria-label="New tag"
          placeholder="New tag"
          maxLength={LIMITS.tagName.max}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button class="primary" disabled={create.isPending || name.trim() === ''}>
          Create tag
        </button>
      </form>
      <Fault error={create.error ?? tags.error ?? remove.error} />
      {tags.isPending && <Loading label="Loading tags" />}
      <Removals of={tags.data?.removals} />
      {tags.data?.data.length === 0 && <p class="soft">There are no tags yet.</p>}
      <ul class="managed">
        {tags.data?.data.map((tag) => (
          <ManagedItem
            key={tag.name}
            label={tag.name}
            about={`${tag.contactCount} contacts`}
            question={`Take it from ${tag.contactCount} contacts?`}
            isAsking={doomed === tag.name}
            isPending={remove.isPending}
            onAsk={() => {
              remove.reset();
              doom(tag.name);
            }}
            onKeep={() => doom(undefined)}
            onDelete={() => remove.mutate(tag.name)}
          >
            {tag.name}
          </ManagedItem>
        ))}
      </ul>
      {tags.data?.nextCursor && <p class="soft">The first {PAGE} are shown.</p>}
    </Modal>
  );
}
