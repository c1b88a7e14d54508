import type { Schemas } from '@wbiz/sdk/operations';
import { MEDIA_KINDS, type MediaKind } from '@wbiz/contracts/media/types';

export const SENT_AS: Readonly<Record<MediaKind, string>> = {
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  sticker: 'Sticker',
  document: 'Document',
};

/** The kind of media that a file is sent as: by its type, or `document` if it is too large for that kind. */
export function kindOfFile({ type, size }: Pick<File, 'type' | 'size'>): MediaKind {
  const [bare = ''] = type.split(';');
  const kinds = Object.keys(MEDIA_KINDS) as MediaKind[];
  const kind = kinds.find((kind) => (MEDIA_KINDS[kind].types as readonly string[]).includes(bare));
  return kind && size <= MEDIA_KINDS[kind].maxBytes ? kind : 'document';
}

/** Why a file cannot be sent; undefined: it can. */
export function faultOfFile({ size }: Pick<File, 'size'>): string | undefined {
  const most = MEDIA_KINDS.document.maxBytes;
  if (size === 0) return 'The file is empty.';
  return size > most
    ? `The file has ${megabytes(size)}; WhatsApp takes at most ${megabytes(most)}.`
    : undefined;
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;
export const sizeOf = (bytes: number) =>
  bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : megabytes(bytes);

/** Uploads with XMLHttpRequest: `fetch` reports no upload progress. */
export function upload(
  file: File,
  key: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Schemas['MediaView']> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/media');
    request.setRequestHeader('authorization', `Bearer ${key}`);
    request.setRequestHeader('idempotency-key', crypto.randomUUID());
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => reject(new Error('The upload broke off: no connection to the gateway.'));
    request.onabort = () => reject(signal.reason as Error);
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as Schemas['MediaView']);
      else reject(new Error(reasonIn(request)));
    };
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.append('file', file);
    request.send(form);
  });
}

function reasonIn({ status, responseText }: XMLHttpRequest): string {
  const { detail } = responseText.startsWith('{') ? (JSON.parse(responseText) as { detail?: string }) : {};
  return detail ?? `The gateway answered HTTP ${status}.`;
}
