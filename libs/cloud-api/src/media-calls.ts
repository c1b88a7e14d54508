import { CloudApiError, UpstreamUnreachable } from './graph-error.js';
import type { GraphClient } from './graph-client.js';
import { UPLOAD_TIMEOUT_MS, uploadBody, type MediaFile } from './graph-upload.js';
import type { Download, Downloads } from './media-download.js';
import type { MetaMedia } from './meta-objects.js';

/** Meta's media hosts. */
const MEDIA_HOST = /(?:^|\.)fbsbx\.com$/i;

/** Calls about media. */
export const mediaCalls = (
  { origin, isMeta, tokenFault, pathTo, watched, request }: GraphClient,
  downloads: Downloads,
) => ({
  /** Uploads a file; resolves to Meta's media id, valid for 30 days. A failed upload may have left a file at Meta. */
  async uploadMedia(token: string, phoneNumberId: string, file: MediaFile): Promise<string> {
    const path = pathTo(phoneNumberId, 'media');
    const body = uploadBody(file);
    const timeoutMs = UPLOAD_TIMEOUT_MS;
    try {
      return (await request<{ id: string }>('upload_media', { method: 'POST', path, token, body, timeoutMs }))
        .id;
    } finally {
      body.bytes.destroy();
    }
  },

  getMedia: (token: string, mediaId: string) =>
    request<MetaMedia>('get_media', { method: 'GET', path: pathTo(mediaId), token }),

  /** The bytes at a media URL; the caller must read or destroy them. */
  async downloadMedia(token: string, url: string): Promise<Download> {
    const fault = tokenFault(token);
    if (fault !== undefined) throw new CloudApiError(fault);
    const at = new URL(url);
    const isTheirs = isMeta && at.protocol === 'https:' && MEDIA_HOST.test(at.hostname);
    if (at.origin !== origin && !isTheirs)
      throw new UpstreamUnreachable(`${at.host} is not where Meta keeps files`, false);
    return watched('download_media', 'GET', () => downloads.fetch(at, token));
  },

  async deleteMedia(token: string, mediaId: string): Promise<void> {
    await request('delete_media', { method: 'DELETE', path: pathTo(mediaId), token });
  },
});
