import type {
  CreateMediaData,
  DeleteMediaData,
  MediaCreatedData,
  MediaDeletedData,
  MediaSource,
} from '@wbiz/contracts/media';
import type { MessageError } from '@wbiz/contracts/message';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Awaiting } from '../message/message.state.js';

/** A stored file; null before it was created. `error`: why Meta refused the file; null: Meta did not. */
export type MediaState = {
  readonly id: string;
  readonly mimeType: string;
  readonly size: number;
  readonly sha256: string;
  readonly filename: string | null;
  readonly createdAt: string;
  readonly deletedAt: string | null;
  readonly error: MessageError | null;
};

type Refusal = DeleteMediaData & { readonly error: MessageError };
export type MediaCommand =
  | Message<
      'media.create',
      CreateMediaData & { readonly source: MediaSource; readonly awaiting: Awaiting | null }
    >
  | Message<'media.delete', DeleteMediaData>
  | Message<'media.refuse', Refusal>;

export type MediaEvent =
  | DomainEvent<
      'media.created',
      MediaCreatedData,
      { readonly phoneNumberId: string; readonly awaiting: Awaiting | null }
    >
  | DomainEvent<'media.deleted', MediaDeletedData, { readonly error: MessageError } | undefined>;

export const media: Decider<MediaCommand, MediaState | null, MediaEvent> = {
  initial: null,

  decide: {
    'media.create': ({ data: { phoneNumberId, awaiting, ...data } }, known) =>
      known ? [] : [{ type: 'media.created', data, private: { phoneNumberId, awaiting } }],

    'media.delete': ({ data: { mediaId, at } }, known) => {
      if (!known || known.deletedAt) throw new Rejection('not_found', `There is no media ${mediaId}.`);
      return [{ type: 'media.deleted', data: { mediaId, reason: 'deleted', at } }];
    },

    'media.refuse': ({ data: { mediaId, at, error } }, known) =>
      !known || known.deletedAt
        ? []
        : [
            {
              type: 'media.deleted',
              data: { mediaId, reason: 'rejected_by_meta', at },
              private: { error },
            },
          ],
  },

  evolve: {
    'media.created': (_, { data: { mediaId: id, mimeType, size, sha256, filename, at } }) => ({
      id,
      mimeType,
      size,
      sha256,
      filename,
      createdAt: at,
      deletedAt: null,
      error: null,
    }),
    'media.deleted': (known, { data: { at }, private: refusal }) => {
      if (!known) throw new Error('the stream has no first event');
      return { ...known, deletedAt: at, error: refusal?.error ?? null };
    },
  },
};
