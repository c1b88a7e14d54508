import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { useAccount } from '../account.js';
import { FillTemplate, type PickerProps, type Template } from './template-filling.js';

/** Picks an approved template, fills it in and sends it; a template may be sent outside the service window too. */
export function TemplatePicker(props: PickerProps) {
  const [chosen, choose] = useState<Template>();
  return (
    <Modal title={chosen ? chosen.name : 'Send a template'} onClose={props.onClose}>
      {chosen ? (
        <FillTemplate template={chosen} onBack={() => choose(undefined)} {...props} />
      ) : (
        <Choosing onChosen={choose} />
      )}
    </Modal>
  );
}

function Choosing({ onChosen }: { onChosen: (template: Template) => void }) {
  const { account, api } = useAccount();
  const [search, setSearch] = useState('');
  const templates = useQuery({
    queryKey: [account.id, 'templates', 'approved'],
    queryFn: () => allOf(api.list('/v1/templates', { query: { status: 'approved' } })),
    staleTime: 30_000,
  });
  const wanted = search.trim().toLowerCase();
  const found = (templates.data ?? []).filter(({ name }) => name.includes(wanted));
  return (
    <>
      <Field label="Search">
        <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
      </Field>
      <Fault error={templates.error} />
      {templates.isPending && <Loading label="Loading templates" />}
      {templates.isSuccess && found.length === 0 && (
        <p class="soft">
          {templates.data.length === 0 ? 'No template is approved yet.' : 'No template like this.'}
        </p>
      )}
      <ul class="picked-from">
        {found.map((template) => {
          const body = template.components.find(({ type }) => String(type).toUpperCase() === 'BODY');
          const words = body?.['text'];
          return (
            <li key={template.id}>
              <button type="button" class="template-choice" onClick={() => onChosen(template)}>
                <span class="row">
                  <strong>{template.name}</strong>
                  <span class="soft small">
                    {template.language} · {template.category.toLowerCase()}
                  </span>
                </span>
                {typeof words === 'string' && <span class="soft preview">{words}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
