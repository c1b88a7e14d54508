import { setTimeout as delay } from 'node:timers/promises';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { refusedWith, type SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { notSent } from '../account/not-sent.js';
import { mediaWithoutMetaId, withMetaIds } from '../message/meta-media-id.js';
import type { Outgoing } from '../message/message.state.js';
import type { MetaCopies } from './meta-copies.js';

/**
 * How long a send waits for an upload, in ms: shutdown waits for sends. The upload then goes on, and the send is
 * deferred.
 */
const PATIENCE_MS = 2_000;

/** Adds Meta's media ids to a message; if that fails, the message has certainly not been sent. */
export type CompleteMessage = (
  message: Outgoing,
) => Promise<{ readonly message: Outgoing } | { readonly notSent: SendOutcome }>;

/** Uploads the media that Meta lacks or no longer has, and puts Meta's ids into the message. */
export const mediaCompleter =
  (copies: Pick<MetaCopies, 'copyOf'>): CompleteMessage =>
  async (message) => {
    const { accountId, phoneNumberId, content } = message;
    const late = new AbortController();
    try {
      const lacking = mediaWithoutMetaId(message).map(async (mediaId) => {
        const { metaId } = await copies.copyOf({ accountId, mediaId, phoneNumberId });
        return [mediaId, metaId] as const;
      });
      const found = await Promise.race([
        Promise.all(lacking),
        delay(PATIENCE_MS, undefined, { signal: late.signal }),
      ]);
      return found
        ? { message: { ...message, content: withMetaIds(content, new Map(found)) } }
        : { notSent: { kind: 'not_sent', reason: 'the file is still on its way to Meta' } };
    } catch (error) {
      if (error instanceof CloudApiError) return { notSent: refusedWith(error.error) };
      return { notSent: notSent('the file cannot be uploaded', error) };
    } finally {
      late.abort();
    }
  };
