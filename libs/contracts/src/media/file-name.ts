import { cutTo } from '../text/characters.js';
import { LIMITS } from '../limits.js';
import { isMediaType, type MediaType } from './types.js';

/** File endings by type; a name without any of them gets the first. */
const ENDINGS: Readonly<Record<MediaType, readonly string[]>> = {
  'image/jpeg': ['.jpg', '.jpeg', '.jpe', '.jfif'],
  'image/png': ['.png'],
  'image/webp': ['.webp'],
  'video/mp4': ['.mp4', '.m4v'],
  'video/3gpp': ['.3gp', '.3gpp'],
  'audio/aac': ['.aac'],
  'audio/amr': ['.amr'],
  'audio/mpeg': ['.mp3'],
  'audio/mp4': ['.m4a', '.m4b'],
  'audio/ogg': ['.ogg', '.oga', '.opus'],
  'application/pdf': ['.pdf'],
  'application/msword': ['.doc', '.dot'],
  'application/vnd.ms-excel': ['.xls', '.xlt'],
  'application/vnd.ms-powerpoint': ['.ppt', '.pps', '.pot'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['.xlsx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['.pptx'],
  'text/plain': ['.txt'],
};
const KNOWN_ENDINGS = new Set(Object.values(ENDINGS).flat());
const ENDING = /\.[^.\s]{1,10}$/;

/** A file name that any system can show, without the sender's folders; null if nothing is left. */
export function fileName(given = ''): string | null {
  const bare = given
    .replace(/^.*[/\\]/s, '')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .replace(/^\.+$/, '');
  const [ending = ''] = ENDING.exec(bare) ?? [];
  return withEnding(bare.slice(0, bare.length - ending.length), ending) || null;
}

/** The name under which a stored file is delivered: its own name, else its id, with a file ending of its type. */
export function nameByType(file: {
  readonly mediaId: string;
  readonly mimeType: string;
  readonly filename: string | null;
}): string {
  const { mediaId, mimeType, filename } = file;
  if (!isMediaType(mimeType)) return filename ?? mediaId;
  const [own = ''] = ENDING.exec(filename ?? '') ?? [];
  const ending = own.toLowerCase();
  const fits = ENDINGS[mimeType].includes(ending) || (mimeType === 'text/plain' && isOfText(ending));
  if (filename !== null && fits) return filename;
  const base = KNOWN_ENDINGS.has(ending) ? filename!.slice(0, -ending.length) : filename;
  return withEnding(base || mediaId, ENDINGS[mimeType][0]!);
}

/** Text files may have any unknown ending, e.g. of a programming language. */
const isOfText = (ending: string) => ending !== '' && !KNOWN_ENDINGS.has(ending);

/** The last segment of a link's path; undefined if it has none. */
export function nameInLink(link: string): string | undefined {
  const segment = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(link)?.[1]?.replace(/^.*\//s, '') ?? '';
  return fileName(decoded(segment)) ?? undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const withEnding = (base: string, ending: string) =>
  cutTo(base, LIMITS.filename.max - ending.length) + ending;
