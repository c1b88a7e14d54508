import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chooseFields } from '../graph/fields.js';
import { badParameter, missingParameter, unknownMedia } from '../graph/graph-error.js';
import { FileAnswer, type Graph, type GraphCall, type GraphHandler } from '../graph/graph-middleware.js';
import type { Media } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import { checkUpload, contentFault } from './media.rules.js';

/** The path of media downloads; at Meta it is on the host lookaside.fbsbx.com. */
export const MEDIA_PATH = '/whatsapp_business/attachments/';

// Meta's docs, media: a download URL expires after five minutes.
const URL_SECONDS = 300;
const FIELDS = ['url', 'mime_type', 'sha256', 'file_size', 'id', 'messaging_product'];

export type MediaLinks = ReturnType<typeof openMediaLinks>;

/** Makes and checks signed download URLs; a restart makes all earlier URLs invalid. */
export function openMediaLinks() {
  const secret = randomBytes(32);
  const hash = (id: string, expires: string) =>
    `ATt${createHmac('sha256', secret).update(`${id}.${expires}`).digest('base64url')}`;
  return {
    /** `origin`: scheme and host under which the client reaches the simulator. */
    urlOf({ id }: Media, origin: string) {
      const expires = String(unixSeconds() + URL_SECONDS);
      return `${origin}${MEDIA_PATH}?mid=${id}&ext=${expires}&hash=${hash(id, expires)}`;
    },
    isGood(id: string, expires: string, given: string) {
      const wanted = Buffer.from(hash(id, expires));
      const signature = Buffer.from(given);
      return (
        signature.length === wanted.length &&
        timingSafeEqual(signature, wanted) &&
        Number(expires) > unixSeconds()
      );
    },
  };
}

/** Routes of uploads (`POST /{phone number}/media`), of a media node (`GET`, `DELETE`) and of the file's download. */
export function mediaRoutes({
  graph,
  state,
  links,
}: {
  graph: Graph;
  state: State;
  links: MediaLinks;
}): Record<string, GraphHandler> {
  const upload: GraphHandler = (call) => {
    const phone = graph.node(call, call.path['id']!, 'phone');
    if (call.params['messaging_product'] === undefined) throw missingParameter('messaging_product');
    if (call.file === undefined) throw missingParameter('file');
    const { bytes, mimeType, name } = call.file;
    checkUpload(mimeType, bytes.length);
    const fault = contentFault(mimeType, bytes);
    return { id: state.addMedia(phone, bytes, { mimeType, filename: name, fault, inbound: false }).id };
  };

  /** The media in the call's path. If the call has a `phone_number_id`, that phone number must have uploaded the file. */
  const mediaOf = (call: GraphCall): Media => {
    const media = graph.node(call, call.path['id']!, 'media');
    const { phone_number_id: phoneNumberId } = call.params;
    if (phoneNumberId !== undefined && (media.inbound || media.phoneNumberId !== String(phoneNumberId)))
      throw badParameter('Param phone_number_id is not a valid whatsapp business phone number id ID');
    return media;
  };

  const show: GraphHandler = (call) => {
    const media = mediaOf(call);
    const view = {
      url: links.urlOf(media, call.origin),
      mime_type: media.mimeType,
      sha256: media.sha256,
      file_size: media.size,
      id: media.id,
      messaging_product: 'whatsapp',
    };
    return chooseFields(view, call.params['fields'], { type: 'WhatsAppMedia', defaults: FIELDS });
  };

  const remove: GraphHandler = (call) => {
    const id = call.path['id']!;
    if (!/^\d+$/.test(id)) throw badParameter('Invalid post_id parameter');
    state.dropMedia(mediaOf(call));
    return { success: true };
  };

  const download: GraphHandler = (call) => {
    const { mid, ext, hash } = call.params;
    const media = state.media(String(mid));
    const bytes = media === undefined ? undefined : state.bytesOf(media);
    const isGood = links.isGood(String(mid), String(ext), String(hash));
    if (media === undefined || bytes === undefined || !isGood) throw unknownMedia();
    graph.node(call, media.id, 'media');
    return fileAnswer(media, bytes, call.headers['range']);
  };

  return {
    'POST media': upload,
    'GET media node': show,
    'DELETE media node': remove,
    'GET media file': download,
  };
}

/** File extensions that differ from the media type's subtype. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
  'text/plain': 'txt',
};
const nameOf = ({ filename, mimeType }: Media) =>
  filename !== undefined && /^[\w. -]+$/.test(filename)
    ? filename
    : `whatsapp.${EXTENSIONS[mimeType] ?? /[\w+-]+$/.exec(mimeType.replace(/;.*/, ''))?.[0] ?? 'bin'}`;

/** Answers with the file or the requested byte range. A range that cannot be parsed is ignored (RFC 9110). */
function fileAnswer(media: Media, bytes: Buffer, range: string | undefined): FileAnswer {
  const headers = {
    'content-type': media.mimeType,
    'content-disposition': `inline;filename=${nameOf(media)}`,
    'accept-ranges': 'bytes',
  };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return new FileAnswer(200, headers, bytes);
  const size = bytes.length;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || start > end)
    return new FileAnswer(416, { ...headers, 'content-range': `bytes */${size}` }, Buffer.alloc(0));
  const part = bytes.subarray(start, end + 1);
  return new FileAnswer(206, { ...headers, 'content-range': `bytes ${start}-${end}/${size}` }, part);
}
