import { useQueryClient } from '@tanstack/preact-query';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault, type Refusal } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { formFaults, useFaultFocus } from '../form-faults.js';
import { GROUPS } from '../events/event-summary.js';
import { headersIn } from './headers.js';
import { Secret } from './secret.js';
import { webhookKey, webhooksKey, type Webhook } from './webhook-queries.js';

type EventChoice = Webhook['events'][number];
type Draft = {
  readonly url: string;
  readonly events: readonly EventChoice[];
  readonly description: string;
  readonly rate: string;
  /** The headers as typed, one per line; undefined: the stored headers stay. */
  readonly headers: string | undefined;
};

const NEW: Draft = {
  url: '',
  events: ['message.received', 'message.status'],
  description: '',
  rate: '',
  headers: '',
};
const FIELDS = ['url', 'events', 'description', 'ratePerSecond', 'headers'];

export function CreateWebhook({ onClose }: { onClose: () => void }) {
  const { account, api } = useAccount();
  const { route, path } = useLocation();
  const queries = useQueryClient();
  const create = useAction({
    mutationFn: ({ url, events, description, rate, headers }: Draft) =>
      api.request('POST', '/v1/webhooks', {
        body: {
          url,
          events: [...events],
          ...(description && { description }),
          ...(rate && { ratePerSecond: Number(rate) }),
          ...(headers?.trim() && { headers: headersIn(headers) }),
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: webhooksKey(account.id) }),
  });
  if (create.data) {
    const { id, secret } = create.data;
    const open = () => {
      onClose();
      route(`${path.replace(/\/$/, '')}/${id}`);
    };
    return <Secret title="Webhook created" secret={secret} onClose={open} />;
  }
  return (
    <Modal title="Create webhook" onClose={onClose}>
      <WebhookForm
        draft={NEW}
        submit="Create webhook"
        isPending={create.isPending}
        error={create.error}
        onSubmit={create.mutate}
        onCancel={onClose}
      />
    </Modal>
  );
}

export function EditWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const { id, url, events, description, ratePerSecond, headerNames } = webhook;
  const save = useAction({
    mutationFn: ({ url, events, description, rate, headers }: Draft) =>
      api.request('PATCH', '/v1/webhooks/{id}', {
        path: { id },
        body: {
          url,
          events: [...events],
          description: description || null,
          ratePerSecond: rate ? Number(rate) : null,
          ...(headers !== undefined && { headers: headers.trim() ? headersIn(headers) : null }),
        },
      }),
    onSuccess: async (saved) => {
      queries.setQueryData(webhookKey(account.id, id), saved);
      announce('Webhook saved');
      onClose();
      await queries.invalidateQueries({ queryKey: webhooksKey(account.id) });
    },
  });
  const draft = {
    url,
    events,
    description: description ?? '',
    rate: ratePerSecond === null ? '' : String(ratePerSecond),
    headers: headerNames.length > 0 ? undefined : '',
  };
  return (
    <Modal title="Edit webhook" onClose={onClose}>
      <WebhookForm
        draft={draft}
        headerNames={headerNames}
        submit="Save"
        isPending={save.isPending}
        error={save.error}
        onSubmit={save.mutate}
        onCancel={onClose}
      />
    </Modal>
  );
}

type FormProps = {
  readonly draft: Draft;
  readonly headerNames?: readonly string[];
  readonly submit: string;
  readonly isPending: boolean;
  readonly error: Refusal | null;
  readonly onSubmit: (draft: Draft) => void;
  readonly onCancel: () => void;
};

function WebhookForm({ draft, headerNames = [], submit, isPending, error, onSubmit, onCancel }: FormProps) {
  const [form, setForm] = useState(draft);
  const change = (changes: Partial<Draft>) => setForm({ ...form, ...changes });
  const faults = formFaults(error, FIELDS);
  const focused = useFaultFocus(error);
  return (
    <form
      ref={focused}
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(form);
      }}
    >
      <Field
        label="URL"
        hint="https on port 443 or 8443, at a public address, unless this installation allows others."
        fault={faults.of('url')}
      >
        <input
          type="url"
          required
          autofocus
          maxLength={2_000}
          placeholder="https://your-app.com/webhooks/wbiz"
          spellcheck={false}
          value={form.url}
          onInput={({ currentTarget }) => change({ url: currentTarget.value })}
        />
      </Field>
      <EventChoices
        events={form.events}
        fault={faults.of('events')}
        onChange={(events) => change({ events })}
      />
      <Field label="Description" hint="A note of your own." fault={faults.of('description')}>
        <input
          maxLength={500}
          value={form.description}
          onInput={({ currentTarget }) => change({ description: currentTarget.value })}
        />
      </Field>
      <details open={[faults.of('ratePerSecond'), faults.of('headers')].some(Boolean)}>
        <summary>Pace and headers</summary>
        <div class="stack" style={{ marginTop: '12px' }}>
          <Field
            label="Deliveries per second at most"
            hint="Empty: no limit."
            fault={faults.of('ratePerSecond')}
          >
            <input
              type="number"
              min={1}
              max={10_000}
              value={form.rate}
              onInput={({ currentTarget }) => change({ rate: currentTarget.value })}
            />
          </Field>
          {form.headers === undefined ? (
            <div class="row apart">
              <span>
                Headers of your own: <code>{headerNames.join(', ')}</code>
              </span>
              <button type="button" onClick={() => change({ headers: '' })}>
                Replace headers
              </button>
            </div>
          ) : (
            <Field
              label="Headers of your own"
              hint="One a line, Name: value. They are kept sealed, and never shown again."
              fault={faults.of('headers')}
            >
              <textarea
                rows={3}
                spellcheck={false}
                class="mono"
                value={form.headers}
                onInput={({ currentTarget }) => change({ headers: currentTarget.value })}
              />
            </Field>
          )}
        </div>
      </details>
      <Fault error={faults.rest} />
      <div class="actions">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button class="primary" disabled={isPending || form.events.length === 0}>
          {submit}
        </button>
      </div>
    </form>
  );
}

type ChoicesProps = {
  readonly events: readonly EventChoice[];
  readonly fault: string | undefined;
  readonly onChange: (events: readonly EventChoice[]) => void;
};

function EventChoices({ events, fault, onChange }: ChoicesProps) {
  const areAll = events.includes('*');
  const toggle = (type: EventChoice) =>
    onChange(events.includes(type) ? events.filter((one) => one !== type) : [...events, type]);
  return (
    <fieldset class="event-choices">
      <legend>Events</legend>
      <label class="all">
        <input type="checkbox" checked={areAll} onChange={() => onChange(areAll ? [] : ['*'])} />
        All events, those to come included
      </label>
      {!areAll && (
        <div class="groups">
          {Object.entries(GROUPS).map(([group, types]) => (
            <div key={group} role="group" aria-label={group}>
              {types.map((type) => (
                <label key={type}>
                  <input type="checkbox" checked={events.includes(type)} onChange={() => toggle(type)} />
                  <code>{type}</code>
                </label>
              ))}
            </div>
          ))}
        </div>
      )}
      {fault && <span class="fault">{fault}</span>}
    </fieldset>
  );
}
