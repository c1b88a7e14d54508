import { useQuery } from '@tanstack/preact-query';
import { Download, FileText, Play, RotateCw } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { saveAs } from '../../parts/save-as.js';
import { useObjectUrl } from '../../parts/use-object-url.js';
import { useAccount } from '../account.js';

type FileProps = {
  readonly mediaId: string;
  readonly kind: string;
  readonly filename: string | undefined;
};

/** A file, fetched with the console's key: a picture when it becomes visible, any other file on request. */
export function MediaFile({ mediaId, kind, filename }: FileProps) {
  const isPicture = kind === 'image' || kind === 'sticker';
  const [isWanted, want] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isPicture) return undefined;
    const observer = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && want(true),
      { root: box.current!.closest('.scrolled'), rootMargin: '400px' },
    );
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [isPicture]);
  const { account, api } = useAccount();
  const file = useQuery({
    queryKey: [account.id, 'media', mediaId],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/media/{id}/content', { path: { id: mediaId }, signal }) as Promise<Blob>,
    enabled: isWanted,
    staleTime: Infinity,
  });
  const url = useObjectUrl(file.data);
  const name = filename ?? kind;
  const isSaved = useRef(false);
  useEffect(() => {
    if (!file.data || !isSaved.current) return;
    isSaved.current = false;
    saveAs(file.data, name);
  }, [file.data, name]);
  return (
    <div ref={box} class={`media-file ${kind}`}>
      {file.error ? (
        <div class="failed" role="alert">
          <p>{file.error.message}</p>
          <button type="button" class="quiet" onClick={() => void file.refetch()}>
            <RotateCw size={14} aria-hidden="true" /> Load again
          </button>
        </div>
      ) : isPicture ? (
        url ? (
          <a href={url} target="_blank" rel="noopener noreferrer" aria-label={`Open the ${kind} by itself`}>
            <img src={url} alt={filename ?? (kind === 'sticker' ? 'Sticker' : 'Picture')} />
          </a>
        ) : (
          <span class="soft">Loading…</span>
        )
      ) : url && kind === 'video' ? (
        <video src={url} controls aria-label={name} />
      ) : url && kind === 'audio' ? (
        <audio src={url} controls aria-label={name} />
      ) : kind === 'document' ? (
        <button
          type="button"
          class="document"
          disabled={file.isFetching}
          onClick={() => {
            if (file.data) return saveAs(file.data, name);
            isSaved.current = true;
            want(true);
          }}
        >
          <FileText size={18} aria-hidden="true" />
          <span>{name}</span>
          <Download size={16} aria-hidden="true" />
          <span class="unseen">Download</span>
        </button>
      ) : (
        <button type="button" disabled={file.isFetching} onClick={() => want(true)}>
          <Play size={16} aria-hidden="true" />
          {file.isFetching ? 'Loading…' : `Load ${kind}`}
        </button>
      )}
    </div>
  );
}
