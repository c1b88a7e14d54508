import { setTimeout as delay } from 'node:timers/promises';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { refusedWith, type SendOutcome } from '@wbiz/cloud-api/send-outcome';
import { notSent } from '../account/not-sent.js';
import { mediaWithoutMetaId, withMetaIds } from '../message/meta-media-id.js';
import type { Outgoing } from '../message/message.state.js';
import type { MetaCopies } from './meta-copies.js';

/**
 * How long a send waits for an upload, in ms. Short, since shutdown waits for sends. After that the send is deferred,
 * and the upload continues.
 */
const PATIENCE_MS = 2_000;

/**
 * Resolves to the message with Meta's media ids; `notSent`: an id is missing, so Meta is not asked to send the message.
 */
export type CompleteMessage = (
  message: Outgoing,
) => Promise<{ readonly message: Outgoing } | { readonly notSent: SendOutcome }>;

/** Uploads the media of which Meta has no copy, and puts Meta's ids into the message. */
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
