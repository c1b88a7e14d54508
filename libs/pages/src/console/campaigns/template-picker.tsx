import { useInfiniteQuery } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { More } from '../../parts/more.js';
import { useSettled } from '../../parts/use-settled.js';
import { useAccount } from '../account.js';
import { templatesKey, viewOf } from '../templates/template-queries.js';
import { categoryName } from '../templates/template-status.js';

type PickerProps = {
  readonly chosen: TemplateView | undefined;
  readonly onChoose: (template: TemplateView) => void;
  readonly fault: string | undefined;
};

/** Picks an approved template. */
export function TemplatePicker({ chosen, onChoose, fault }: PickerProps) {
  const [opened, open] = useState(false);
  if (chosen && !opened)
    return (
      <div class="chosen-template">
        <div>
          <strong>{chosen.name}</strong>{' '}
          <span class="soft">
            {chosen.language} · {categoryName(chosen.category)}
          </span>
          {fault && <p class="own-fault">{fault}</p>}
        </div>
        <button type="button" onClick={() => open(true)}>
          Change template
        </button>
      </div>
    );
  return (
    <Choices
      chosen={chosen}
      fault={fault}
      onChoose={(template) => {
        onChoose(template);
        open(false);
      }}
    />
  );
}

function Choices({ chosen, onChoose, fault }: PickerProps) {
  const { account, api } = useAccount();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const list = useInfiniteQuery({
    queryKey: [...templatesKey(account.id), 'approved', search],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/templates', {
        query: { status: 'approved', ...(search && { search }), ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
  });
  const templates = list.data?.pages.flatMap(({ data }) => data.map(viewOf));
  return (
    <div class="stack">
      <input
        type="search"
        aria-label="Search approved templates"
        placeholder="Search approved templates"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <Fault error={list.error} />
      {list.isPending && <Loading label="Loading templates" />}
      {templates?.length === 0 && (
        <p class="soft">
          {search ? 'No approved template has such a name.' : 'No template is approved yet.'}
        </p>
      )}
      <div class="template-choices" role="radiogroup" aria-label="Template">
        {templates?.map((template) => (
          <label key={template.id} class="option">
            <input
              type="radio"
              name="template"
              checked={template.id === chosen?.id}
              aria-invalid={fault ? 'true' : undefined}
              onClick={() => onChoose(template)}
              onChange={() => onChoose(template)}
            />
            <span class="breakable">{template.name}</span>
            <span class="soft">
              {template.language} · {categoryName(template.category)}
            </span>
          </label>
        ))}
        <More pages={list} />
      </div>
      {fault && <p class="own-fault">{fault}</p>}
    </div>
  );
}
