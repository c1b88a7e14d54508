import type { Readable } from 'node:stream';
import { nameByType } from '@wbiz/contracts/media/file-name';
import { newId } from '@wbiz/contracts/ids';
import { mediaKey, type MediaView } from '@wbiz/contracts/media';
import { isMediaType } from '@wbiz/contracts/media/types';
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

/** An account's files. Bytes stream between client and store here; messaging keeps the rest and uploads to Meta. */
export class MediaLibrary {
  constructor(
    private readonly commands: Pick<Commands, 'execute' | 'outcome'>,
    private readonly peers: Pick<Peers, 'ask'>,
    private readonly store: MediaStore,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** Stores a file and waits until Meta has it, refuses it or the deadline passes. Resolves to a stored answer as bytes. */
  async upload(request: Pick<FastifyRequest, 'raw'>, call: Call): Promise<MediaView | Buffer | undefined> {
    const { id: phoneNumberId } = senderOf(call);
    const mediaId = newId('med');
    const key = mediaKey(call.account.id, mediaId);
    // True until messaging has accepted this file; with a repeated request it accepts the earlier file instead.
    let isUnused = true;
    try {
      const file = await oneFile(request.raw, (bytes, said) =>
        checkFile(bytes, said, (checked) => this.stored(call, this.store.put(key, checked))),
      );
      const kept = await call.claimBody(Buffer.from(file.sha256, 'hex'));
      if (kept) return kept.body;
      const data = { ...file, mediaId, phoneNumberId, at: new Date().toISOString() };
      return await this.commands.outcome(call, 'media.create', data, {
        outcomeIn: ({ id }) => {
          isUnused = id !== mediaId;
          return undefined;
        },
        withoutOutcome: (view) => this.onFile(view, call),
      });
    } finally {
      // With an open outcome the file stays: if messaging has not accepted it, messaging removes it after a day.
      if (isUnused && call.fate !== 'open') await this.drop(key);
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

  /** The bytes, with headers that keep a browser from running them. */
  async content(id: string, call: Call): Promise<Readable> {
    const { view, key } = await this.kept(id, call);
    const bytes = await this.stored(
      call,
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

  /** Turns a failure of the store into `unavailable`; rethrows a Rejection, which concerns the client's file. */
  private async stored<T>({ account, requestId }: Call, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (err) {
      if (err instanceof Rejection) throw err;
      this.logger.warn(
        { err, requestId, accountId: account.id },
        'media store: a file was not written or not read; answering 503',
      );
      throw new Rejection('unavailable', 'Files can be neither kept nor read at present. Try again.', {
        retryAfter: 5,
      });
    }
  }

  private async drop(key: string): Promise<void> {
    await this.store
      .delete(key)
      .catch((err: unknown) =>
        this.logger.warn(
          { err, key },
          'media store: unused file not removed; messaging removes it after a day',
        ),
      );
  }
}

const gone = (id: string) => new Rejection('not_found', `There is no media ${id}.`);
