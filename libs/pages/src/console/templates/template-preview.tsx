import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import type { TemplateView } from '@wbiz/contracts/template';
import { cardsOf, componentOf } from '@wbiz/contracts/template/components';
import { samplesIn } from '@wbiz/contracts/template/text-rules';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useAccount } from '../account.js';
import { type Slot, slotsOf, valuesFor } from './slots.js';
import { TemplateBubble } from './template-bubble.js';
import { templatesKey } from './template-queries.js';

export function TemplatePreview({ template }: { template: TemplateView }) {
  const { account, api } = useAccount();
  const { id, components } = template;
  const slots = slotsOf(template);
  const [variables, setVariables] = useState(() => slots.variables.map(({ example }) => example));
  const [buttonVariables, setButtonVariables] = useState(() =>
    slots.buttonVariables.map(({ example }) => example),
  );
  const query = {
    ...(slots.variables.length > 0 && {
      variables: [JSON.stringify(valuesFor(slots.variables, variables))],
    }),
    ...(slots.buttonVariables.length > 0 && {
      buttonVariables: [JSON.stringify(valuesFor(slots.buttonVariables, buttonVariables))],
    }),
  };
  const preview = useQuery({
    queryKey: [...templatesKey(account.id), 'preview', id, query],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/templates/{id}/preview', { path: { id }, query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <section class="stack" aria-labelledby="preview">
      <h2 id="preview">Preview</h2>
      <Fault error={preview.error} />
      {preview.data && (
        <>
          <TemplateBubble
            template={preview.data}
            sample={sampleIn(components)}
            cardSamples={cardsOf(components).map(sampleIn)}
          />
          <Fault error={refusalOf(preview.data.faults)} />
        </>
      )}
      <Values slots={slots.variables} values={variables} onChange={setVariables} />
      <Values slots={slots.buttonVariables} values={buttonVariables} onChange={setButtonVariables} />
    </section>
  );
}

function sampleIn(components: unknown): string | undefined {
  const [sample] = samplesIn(componentOf(components, 'HEADER') ?? {}, 'header_handle');
  return typeof sample === 'string' ? sample : undefined;
}

const refusalOf = (details: readonly { pointer: string; detail: string }[]) =>
  details.length > 0
    ? Object.assign(new Error('A send with these values would be refused:'), { details })
    : null;

type ValuesProps = {
  readonly slots: readonly Slot[];
  readonly values: readonly string[];
  readonly onChange: (values: string[]) => void;
};

function Values({ slots, values, onChange }: ValuesProps) {
  return (
    <div class="pair">
      {slots.map(({ label }, index) => (
        <Field key={index} label={label}>
          <input
            value={values[index]}
            onInput={({ currentTarget }) => onChange(values.with(index, currentTarget.value))}
          />
        </Field>
      ))}
    </div>
  );
}
