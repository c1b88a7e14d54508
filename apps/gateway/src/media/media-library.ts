import type { Readable } from 'node:stream';
import { nameByType } from '@wbiz/contracts/file-name';
import { newId } from '@wbiz/contracts/ids';
import { mediaKey, type MediaView } from '@wbiz/contracts/media';
import { isMediaType } from '@wbiz/contracts/media-types';
import { Rejection } from '@wbiz/eventing/rejection';
import { NotStored, type MediaStore } from '@wbiz/media-store/media-store';
import type { Logger } from '@wbiz/service-kit/logging';
import type { Peers } from '@wbiz/service-kit/peers';
import type { FastifyRequest } from 'fastify';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { settledRefusal } from '../commands/settled-refusal.js';
import { senderOf } from '../messages/sends.js';
import { attachment } from './attachment.js';
import { checkFile } from './check-file.js';
import { oneFile } from './one-file.js';

export const MEDIA_STORE = Symbol('MEDIA_STORE');

/** The files of an account: bytes go straight between the caller and the store, all else is messaging's. */
export class MediaLibrary {
  constructor(
    private readonly commands: Pick<Commands, 'execute' | 'outcome'>,
    private readonly peers: Pick<Peers, 'ask'>,
    private readonly store: MediaStore,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** Keeps a file, and waits until Meta has it too, or refuses it, or time is up. Answers bytes where they are an earlier answer. */
  async upload(request: Pick<FastifyRequest, 'raw'>, call: Call): Promise<MediaView | Buffer | undefined> {
    const { id: phoneNumberId } = senderOf(call);
    const mediaId = newId('med');
    const key = mediaKey(call.account.id, mediaId);
    // Until messaging has taken them; where an earlier request was accepted, it never does.
    let nobodys = true;
    try {
      const file = await oneFile(request.raw, (bytes, said) =>
        checkFile(bytes, said, (checked) => this.stored(this.store.put(key, checked))),
      );
      const kept = await call.claimBody(Buffer.from(file.sha256, 'hex'));
      if (kept) return kept.body;
      const data = { ...file, mediaId, phoneNumberId, at: new Date().toISOString() };
      return await this.commands.outcome(call, 'media.create', data, {
        told: ({ id }) => {
          nobodys = id !== mediaId;
          return undefined;
        },
        untold: (view) => this.onFile(view, call),
      });
    } finally {
      // Where nobody can say whether messaging has it, the bytes stay: messaging removes what belongs to nothing.
      if (nobodys && call.fate !== 'open') await this.drop(key);
    }
  }
  private async onFile(accepted: MediaView, call: Call): Promise<MediaView> {
    const asked = this.peers.ask('media.find', { accountId: call.account.id, id: accepted.id });
    const now = await asked.catch(() => null);
    if (now?.state === 'rejected') {
      const { code, message, ...details } = now.error;
      throw settledRefusal({ code, message, details });
    }
    return now?.state === 'kept' ? now.view : accepted;
  }

  async view(id: string, call: Call): Promise<MediaView> {
    return (await this.kept(id, call)).view;
  }

  /** The bytes, never as something that a browser would run. */
  async content(id: string, call: Call): Promise<Readable> {
    const { view, key } = await this.kept(id, call);
    const bytes = await this.stored(
      this.store.open(key).catch((error: unknown) => {
        throw error instanceof NotStored ? gone(id) : error;
      }),
    );
    call.reply
      .header('content-type', isMediaType(view.mimeType) ? view.mimeType : 'application/octet-stream')
      .header('content-length', view.size)
      .header('content-disposition', attachment(nameByType(view)))
      .header('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
    return bytes;
  }

  async delete(id: string, call: Call): Promise<void> {
    await this.kept(id, call);
    await this.commands.execute(call, 'media.delete', { mediaId: id, at: new Date().toISOString() });
  }

  private async kept(id: string, call: Call) {
    const found = await this.peers.ask('media.find', { accountId: call.account.id, id });
    if (found?.state === 'awaited')
      throw new Rejection('unavailable', 'The file is still being fetched from Meta. Try again.', {
        retryAfter: 2,
      });
    if (found?.state === 'lost')
      throw new Rejection('not_found', `Meta never gave away the file of ${id}; it cannot be had any more.`);
    if (found?.state !== 'kept') throw gone(id);
    return found;
  }

  /** A fault of the store passes; what it throws of ours is about the file. */
  private async stored<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (err) {
      if (err instanceof Rejection) throw err;
      this.logger.warn({ err }, 'the media store is in trouble');
      throw new Rejection('unavailable', 'Files can be neither kept nor read at present. Try again.', {
        retryAfter: 5,
      });
    }
  }

  private async drop(key: string): Promise<void> {
    await this.store
      .delete(key)
      .catch((err: unknown) =>
        this.logger.warn({ err, key }, 'a file that nobody needs could not be removed'),
      );
  }
}

const gone = (id: string) => new Rejection('not_found', `There is no media ${id}.`);
