import type { MediaView } from '@wbiz/contracts/media';
import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { media, type MediaCommand, type MediaEvent, type MediaState } from './media.decider.js';

/** Meta keeps uploads for 30 days (media page). */
const META_KEEPS_MS = 30 * 86_400_000;

export const files: Aggregate<MediaCommand, MediaState | null, MediaEvent, RepliesTo<MediaCommand>> = {
  name: 'media',
  table: 'media',
  decider: media,
  stream: ({ data }) => data.mediaId,
  published: ['media.created', 'media.deleted'],
  reply: { 'media.create': (state) => viewOf(state!, null), 'media.delete': () => null },
};

/** `onMetaSince`: when Meta's current copy was uploaded; null: Meta has none. */
export const viewOf = (state: MediaState, onMetaSince: Date | null): MediaView => ({
  id: state.id,
  mediaId: state.id,
  mimeType: state.mimeType,
  size: state.size,
  sha256: state.sha256,
  filename: state.filename,
  createdAt: state.createdAt,
  expiresAt: onMetaSince && new Date(onMetaSince.getTime() + META_KEEPS_MS).toISOString(),
});
