import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import { LIMITS } from '@wbiz/contracts/limits';
import type { Schemas } from '@wbiz/sdk/operations';
import { ArrowLeft } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { RenderedTemplate } from './message-cards.js';
import { templateFields, type TemplateFields } from './template-fields.js';
import { upload } from './uploads.js';
import type { Outgoing, Shown } from './use-outbox.js';

export type Template = Schemas['TemplateView'];
export type PickerProps = {
  readonly address: { readonly to: string; readonly from: string };
  readonly onSend: (sent: Outgoing, shown: Shown) => void;
  readonly onClose: () => void;
};

type FillingProps = PickerProps & { readonly template: Template; readonly onBack: () => void };

export function FillTemplate({ template, address, onSend, onClose, onBack }: FillingProps) {
  const { account, api } = useAccount();
  const fields = templateFields(template);
  const [variables, setVariables] = useState<readonly string[]>(fields.variables.map(() => ''));
  const [buttons, setButtons] = useState<readonly string[]>(fields.buttons.map(() => ''));
  const [header, setHeader] = useState<Header>({});
  const [offerEnds, setOfferEnds] = useState('');
  const given = {
    ...(variables.length > 0 && { variables: [...variables] }),
    ...(buttons.length > 0 && { buttonVariables: [...buttons] }),
  };
  const shown = variables.map((value, index) => value.trim() || `{{${fields.variables[index]!.name}}}`);
  const preview = useQuery({
    queryKey: [account.id, 'template-preview', template.id, shown],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/templates/{id}/preview', {
        path: { id: template.id },
        query: shown.length > 0 ? { variables: [JSON.stringify(shown)] } : {},
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  const isFilled =
    [...variables, ...buttons].every((value) => value.trim() !== '') &&
    isHeaderFilled(fields, header) &&
    (!fields.offerExpires || offerEnds !== '');

  const send = () => {
    const body: Schemas['SendTemplate'] = {
      ...address,
      template: template.name,
      language: template.language,
      ...given,
      ...headerIn(fields, header),
      ...(fields.offerExpires && { offerExpiresAt: new Date(offerEnds).toISOString() }),
    };
    const { body: words = null, faults: _, ...payload } = preview.data ?? { faults: [] };
    onSend({ route: '/v1/messages/template', body }, { kind: 'template', body: words, payload });
    onClose();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isFilled) send();
      }}
    >
      {fields.unfillable ? (
        <p class="notice warn">This template cannot be sent from here. {fields.unfillable}</p>
      ) : (
        <>
          <HeaderFields fields={fields} header={header} onChange={setHeader} />
          {fields.variables.map(({ name, of }, index) => (
            <Field key={`${of}-${name}`} label={`${of === 'header' ? 'Header' : 'Text'}: {{${name}}}`}>
              <input
                required
                maxLength={LIMITS.templateVariable.max}
                value={variables[index]}
                onInput={({ currentTarget }) => setVariables(variables.with(index, currentTarget.value))}
              />
            </Field>
          ))}
          {fields.buttons.map(({ label, isCode }, index) => (
            <Field
              key={index}
              label={isCode ? 'Code to copy' : `Button “${label}”`}
              hint={isCode ? undefined : 'The end of its link.'}
            >
              <input
                required
                maxLength={isCode ? LIMITS.couponCode.max : LIMITS.templateVariable.max}
                value={buttons[index]}
                onInput={({ currentTarget }) => setButtons(buttons.with(index, currentTarget.value))}
              />
            </Field>
          ))}
          {fields.offerExpires && (
            <Field label="The offer ends">
              <input
                type="datetime-local"
                required
                value={offerEnds}
                onInput={({ currentTarget }) => setOfferEnds(currentTarget.value)}
              />
            </Field>
          )}
        </>
      )}
      <Fault error={preview.error} />
      {preview.data && (
        <figure class="template-preview">
          <figcaption class="soft small">Preview</figcaption>
          <div class="bubble">
            <RenderedTemplate of={preview.data} />
          </div>
        </figure>
      )}
      <div class="row apart">
        <button type="button" class="quiet" onClick={onBack}>
          <ArrowLeft size={16} aria-hidden="true" /> Other templates
        </button>
        {!fields.unfillable && (
          <button class="primary" disabled={!isFilled}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}

type Header = {
  readonly mediaId?: string;
  readonly filename?: string;
  readonly link?: string;
  readonly latitude?: string;
  readonly longitude?: string;
  readonly name?: string;
  readonly address?: string;
};

function isHeaderFilled({ header: kind }: TemplateFields, header: Header): boolean {
  if (kind === undefined) return true;
  if (kind !== 'location') return Boolean(header.mediaId ?? header.link?.trim());
  return Boolean(header.latitude && header.longitude);
}

function headerIn({ header: kind }: TemplateFields, header: Header): Partial<Schemas['SendTemplate']> {
  if (kind === undefined) return {};
  if (kind === 'location')
    return {
      headerLocation: {
        latitude: Number(header.latitude),
        longitude: Number(header.longitude),
        ...(header.name && { name: header.name }),
        ...(header.address && { address: header.address }),
      },
    };
  return {
    ...(header.mediaId ? { headerMediaId: header.mediaId } : { headerLink: header.link!.trim() }),
    ...(kind === 'document' && header.filename && { headerFilename: header.filename }),
  };
}

type HeaderProps = { fields: TemplateFields; header: Header; onChange: (header: Header) => void };
function HeaderFields({ fields: { header: kind }, header, onChange }: HeaderProps) {
  const { account } = useAccount();
  const keyNow = useConsoleKey(account.id);
  const [share, setShare] = useState(0);
  const uploading = useAction({
    mutationFn: (file: File) => upload(file, keyNow(), setShare, new AbortController().signal),
    onSuccess: ({ mediaId, filename }) => onChange({ mediaId, ...(filename !== null && { filename }) }),
  });
  if (kind === undefined) return null;
  if (kind === 'location')
    return (
      <>
        {(['latitude', 'longitude', 'name', 'address'] as const).map((part) => (
          <Field key={part} label={`Place: ${part}`}>
            <input
              {...(part === 'latitude' || part === 'longitude'
                ? {
                    type: 'number',
                    step: 'any',
                    required: true,
                    min: LIMITS[part].min,
                    max: LIMITS[part].max,
                  }
                : { maxLength: LIMITS.place.max })}
              value={header[part] ?? ''}
              onInput={({ currentTarget }) => onChange({ ...header, [part]: currentTarget.value })}
            />
          </Field>
        ))}
      </>
    );
  return (
    <>
      <Field
        label={`Header: ${kind}`}
        hint={header.mediaId ? `Uploaded${header.filename ? `: ${header.filename}` : ''}.` : undefined}
      >
        <input
          type="file"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file) uploading.mutate(file);
          }}
        />
      </Field>
      {uploading.isPending && <progress value={share} aria-label="Uploading the header" />}
      <Fault error={uploading.error} />
      {!header.mediaId && (
        <Field label={`Or a public link to the ${kind}`}>
          <input
            type="url"
            maxLength={LIMITS.link.max}
            value={header.link ?? ''}
            onInput={({ currentTarget }) => onChange({ link: currentTarget.value })}
          />
        </Field>
      )}
    </>
  );
}
