import { FileText, X } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { useObjectUrl } from '../../parts/use-object-url.js';
import { kindOfFile, SENT_AS, sizeOf } from './uploads.js';
import type { Attachment } from './use-draft.js';

export function Attached({
  attachment: { file, share, mediaId, error },
  onRemove,
}: {
  attachment: Attachment;
  onRemove: () => void;
}) {
  const kind = kindOfFile(file);
  const url = useObjectUrl(kind === 'image' ? file : undefined);
  return (
    <li class={error ? 'has-failed' : ''}>
      {url ? <img src={url} alt="" /> : <FileText size={20} aria-hidden="true" />}
      <span class="what">
        <span class="file-name">{file.name}</span>
        {error ? (
          <span class="fault" role="alert">
            {error}
          </span>
        ) : mediaId ? (
          <span class="soft">
            {SENT_AS[kind]}, {sizeOf(file.size)}
          </span>
        ) : (
          <progress value={share} aria-label={`Uploading ${file.name}`} />
        )}
      </span>
      <button type="button" class="quiet" onClick={onRemove} aria-label={`Remove ${file.name}`}>
        <X size={16} aria-hidden="true" />
      </button>
    </li>
  );
}

/** Takes files dropped anywhere on the conversation. */
export function useDropped(onOver: (isOver: boolean) => void, onFiles: (files: FileList) => void) {
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const place = document.querySelector('.conversation')!;
    const over = (event: Event) => {
      if (!(event as DragEvent).dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      onOver(true);
    };
    const leave = () => onOver(false);
    const drop = (event: Event) => {
      const { dataTransfer } = event as DragEvent;
      if (!dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      onOver(false);
      latest.current(dataTransfer.files);
    };
    const listeners = { dragover: over, dragleave: leave, drop };
    for (const [type, listener] of Object.entries(listeners)) place.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) place.removeEventListener(type, listener);
    };
  }, []);
}
