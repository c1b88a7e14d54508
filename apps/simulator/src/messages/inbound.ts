import { object } from '../control/behaviour.js';
import { BadRequest } from '../control/page-request.js';
import type { Person, PhoneNumber } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import type { MediaLinks } from '../media/media.routes.js';
import { isMediaKind, type MediaKind } from '../media/media.rules.js';
import { SAMPLE_FILES } from '../media/sample-files.js';
import type { WebhookItem } from '../webhooks/webhook.envelope.js';
import { contactOf, idsOf } from './people.js';
import { incomingWamid } from './wamid.js';

/** Unix seconds from a number, its text, or an ISO 8601 time; the current time if absent. */
export function secondsOf(value: unknown): number {
  if (value === undefined) return unixSeconds();
  const seconds = Number(value);
  const result = Number.isFinite(seconds) ? seconds : Date.parse(String(value)) / 1000;
  if (!Number.isFinite(result)) throw new BadRequest('timestamp must be unix seconds or an ISO 8601 time.');
  return Math.floor(result);
}

const UNSUPPORTED = [
  {
    code: 131051,
    title: 'Message type unknown',
    message: 'Message type unknown',
    error_data: { details: 'Message type is currently not supported.' },
  },
];

// WhatsApp's own notices, which no person wrote: they open no customer service window.
const NOT_WRITTEN = new Set(['system']);

type MediaPlace = { readonly state: State; readonly links: MediaLinks; readonly origin: string };

/**
 * The webhook of a message from a person. `message` is used as given, whatever its type. Media without an id gets the id
 * of a new file made of `file` (base64) or of a sample file; a message of type `unsupported` without errors gets Meta's.
 */
export function inboundMessage(
  { message, timestamp, file }: Record<string, unknown>,
  phone: PhoneNumber,
  person: Person,
  place: MediaPlace,
): { wamid: string; item: WebhookItem; isWritten: boolean } {
  const { type, ...content } = object(message, 'message');
  if (typeof type !== 'string') throw new BadRequest("message.type must be one of Meta's message types.");
  if (file !== undefined && (typeof file !== 'string' || !isMediaKind(type)))
    throw new BadRequest('file must be the base64 of an audio, document, image, sticker or video.');
  const ids = idsOf(person);
  if (phone.blocked?.some((id) => ids.includes(id)))
    throw new BadRequest('This person is blocked by the number and cannot write to it.');
  if (isMediaKind(type) && content['errors'] === undefined) {
    const given = object(content[type] ?? {}, `message.${type}`);
    if (given['id'] === undefined || file !== undefined)
      content[type] = { ...given, ...receivedMedia({ ...place, kind: type, given, file, phone }) };
  }
  if (type === 'unsupported') content['errors'] ??= UNSUPPORTED;
  const wamid = incomingWamid(ids[0]!);
  const isWritten = !NOT_WRITTEN.has(type);
  return {
    wamid,
    isWritten,
    item: {
      part: 'messages',
      phone,
      contact: isWritten ? contactOf(person) : undefined,
      item: {
        ...content,
        ...(person.waId === undefined ? {} : { from: person.waId }),
        ...(person.userId === undefined ? {} : { from_user_id: person.userId }),
        id: wamid,
        timestamp: String(secondsOf(timestamp)),
        type,
      },
    },
  };
}

/** Default values of inbound media's fields. */
const EXTRAS: Partial<Record<MediaKind, object>> = { audio: { voice: true }, sticker: { animated: false } };

function receivedMedia({
  kind,
  given,
  file,
  phone,
  state,
  links,
  origin,
}: MediaPlace & {
  readonly kind: MediaKind;
  readonly given: Record<string, unknown>;
  readonly file: string | undefined;
  readonly phone: PhoneNumber;
}) {
  const sample = SAMPLE_FILES[kind];
  const bytes = file === undefined ? sample.bytes : Buffer.from(file, 'base64');
  const { mime_type: type, filename = sample.filename } = given;
  const mimeType =
    typeof type === 'string' ? type : kind === 'audio' ? 'audio/ogg; codecs=opus' : sample.mimeType;
  const media = state.addMedia(phone, bytes, {
    mimeType,
    filename: typeof filename === 'string' ? filename : undefined,
    fault: undefined,
    inbound: true,
  });
  return {
    ...EXTRAS[kind],
    ...given,
    ...(kind === 'document' ? { filename } : {}),
    mime_type: mimeType,
    sha256: Buffer.from(media.sha256, 'hex').toString('base64'),
    id: media.id,
    url: links.urlOf(media, origin),
  };
}
