import { LIMITS } from '@wbiz/contracts/limits';
import { kindOfFile } from './uploads.js';
import type { Draft } from './use-draft.js';
import type { Outgoing, Shown } from './use-outbox.js';

type Address = { readonly to: string; readonly from: string };

/** The messages that a draft becomes: one for each file, and the text, as a caption if it can be one. */
export function sendsOf(
  { text, replyTo, attachments }: Draft,
  address: Address,
): readonly (readonly [Outgoing, Shown])[] {
  const sends: (readonly [Outgoing, Shown])[] = [];
  const answered = { ...address, ...(replyTo && { replyTo: replyTo.id }) };
  const kinds = attachments.map(({ file }) => kindOfFile(file));
  // The text becomes the caption of the first file that can have one; without such a file it is sent by itself.
  const captioned = kinds.findIndex((kind) => kind !== 'audio' && kind !== 'sticker');
  const words = text.trim() === '' ? undefined : text;
  for (const [index, { mediaId, file }] of attachments.entries()) {
    const [type, caption] = [kinds[index]!, index === captioned ? words : undefined];
    const named = {
      mediaId: mediaId!,
      ...(type === 'document' && { filename: file.name.slice(0, LIMITS.filename.max) }),
    };
    sends.push([
      { route: '/v1/messages/media', body: { ...answered, type, ...named, ...(caption && { caption }) } },
      { kind: type, body: caption ?? null, payload: named },
    ]);
  }
  if (words && captioned === -1)
    sends.push([
      { route: '/v1/messages/text', body: { ...answered, body: words } },
      { kind: 'text', body: words, payload: null },
    ]);
  return sends;
}
