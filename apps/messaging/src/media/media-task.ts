import type { Awaiting } from '../message/message.state.js';

export type UploadTask = { readonly phoneNumberId: string; readonly awaiting: Awaiting | null };
export type FetchTask = {
  readonly metaId: string;
  readonly mimeType: string | undefined;
  readonly filename: string | undefined;
  readonly phoneNumberId: string;
  readonly receivedAt: string;
};
/** `gone`: the bytes to remove, and the id of Meta's copy; null: nothing to remove; undefined: not looked up yet. */
export type RemoveTask = { readonly gone?: { readonly key: string; readonly metaId: string | null } | null };

type Claimed<Kind, Data> = {
  readonly kind: Kind;
  readonly mediaId: string;
  readonly accountId: string;
  readonly data: Data;
  /** Starts at 1. Medium, kind and attempt identify a claim. */
  readonly attempt: number;
};
export type MediaTask =
  Claimed<'upload', UploadTask> | Claimed<'fetch', FetchTask> | Claimed<'remove', RemoveTask>;
export type TaskOf<Kind extends MediaTask['kind']> = Extract<MediaTask, { kind: Kind }>;
