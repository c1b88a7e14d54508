import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAccount } from '../account.js';
import { InteractiveCard } from './message-cards.js';
import type { Outgoing, Shown } from './use-outbox.js';

type Preset = Schemas['PresetView'];
type PickerProps = {
  readonly address: { readonly to: string; readonly from: string };
  readonly onSend: (sent: Outgoing, shown: Shown) => void;
  readonly onClose: () => void;
};

/** Picks a saved card and sends it. */
export function PresetPicker({ address, onSend, onClose }: PickerProps) {
  const { account, api } = useAccount();
  const [search, setSearch] = useState('');
  const presets = useQuery({
    queryKey: [account.id, 'presets'],
    queryFn: () => allOf(api.list('/v1/interactive')),
    staleTime: 60_000,
  });
  const wanted = search.trim().toLowerCase();
  const found = (presets.data ?? []).filter(({ name, body }) =>
    [name ?? '', body].some((text) => text.toLowerCase().includes(wanted)),
  );
  const send = ({ id, body, ...card }: Preset) => {
    onSend(
      { route: '/v1/interactive/{id}/send', path: { id }, body: address },
      { kind: 'interactive', body, payload: card },
    );
    onClose();
  };
  return (
    <Modal title="Saved cards" onClose={onClose}>
      <Field label="Search">
        <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
      </Field>
      <Fault error={presets.error} />
      {presets.isPending && <Loading label="Loading saved cards" />}
      {presets.isSuccess && found.length === 0 && (
        <p class="soft">
          {presets.data.length === 0 ? (
            <>
              No cards are saved yet: <code>POST /v1/interactive</code> saves one.
            </>
          ) : (
            'No card like this.'
          )}
        </p>
      )}
      <ul class="picked-from">
        {found.map((preset) => (
          <li key={preset.id}>
            <div class="preset-card">
              {preset.name && <p class="soft small">{preset.name}</p>}
              <InteractiveCard body={preset.body} card={preset} />
            </div>
            <button type="button" class="primary" onClick={() => send(preset)}>
              Send<span class="unseen"> {preset.name ?? preset.body}</span>
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
