import { Upload } from 'lucide-preact';
import { useRef } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Loading } from '../../parts/loading.js';
import { useAction } from '../../parts/use-action.js';
import { useAccount } from '../account.js';

type Format = 'IMAGE' | 'VIDEO' | 'DOCUMENT';
const ACCEPTED: Readonly<Record<Format, string>> = {
  IMAGE: 'image/jpeg,image/png',
  VIDEO: 'video/mp4,video/3gpp',
  DOCUMENT: 'application/pdf',
};

type HeaderMediumProps = {
  readonly format: Format;
  readonly label: string;
  /** The id of an uploaded file, or a link; empty: none. */
  readonly id: string;
  readonly onChange: (id: string) => void;
  readonly fault?: string | undefined;
  readonly hint?: string;
};

/** The header's medium: an uploaded file, or a link. */
export function HeaderMedium({ format, label, id, onChange, fault, hint }: HeaderMediumProps) {
  const { api } = useAccount();
  const picker = useRef<HTMLInputElement>(null);
  const upload = useAction({
    mutationFn: (file: File) => {
      const body = new FormData();
      body.append('file', file);
      return api.request('POST', '/v1/media', { body });
    },
    onSuccess: (media) => onChange(media.id),
  });
  return (
    <div class="stack">
      <div class="with-upload">
        <Field label={label} fault={fault} hint={hint ?? 'A file to upload, or an https link.'}>
          <input
            value={id}
            placeholder="https://… or med_…"
            disabled={upload.isPending}
            onInput={({ currentTarget }) => onChange(currentTarget.value.trim())}
          />
        </Field>
        <button type="button" disabled={upload.isPending} onClick={() => picker.current!.click()}>
          <Upload size={16} aria-hidden="true" />
          {upload.isPending ? 'Uploading…' : 'Upload'}
        </button>
        <input
          ref={picker}
          type="file"
          class="unseen"
          tabIndex={-1}
          aria-label={`File: ${label}`}
          accept={ACCEPTED[format]}
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file) upload.mutate(file);
            currentTarget.value = '';
          }}
        />
      </div>
      {upload.isPending && <Loading label="Uploading" />}
      <Fault error={upload.error} />
    </div>
  );
}
