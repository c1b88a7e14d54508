import { randomBytes } from 'node:crypto';
import { APP } from '../account/account.view.js';
import { badParameter, missingParameter, unknownObject } from '../graph/graph-error.js';
import type { GraphCall, GraphHandler } from '../graph/graph-middleware.js';

type Session = {
  readonly name: string;
  readonly type: string;
  readonly length: number;
  received: number;
};

// Meta's docs, resumable upload API.
const TYPES = ['application/pdf', 'image/jpeg', 'image/jpg', 'image/png', 'video/mp4'];

export type UploadedHandles = ReadonlySet<string>;

/**
 * `POST /{app}/uploads` opens a session. `POST /upload:…` receives bytes from `file_offset` on and, after the last byte,
 * answers with a handle. `GET /upload:…` answers with the number of bytes received. The bytes are counted, not kept.
 */
export function uploadRoutes(handles: Set<string>): Record<string, GraphHandler> {
  const sessions = new Map<string, Session>();

  const begin: GraphHandler = ({ method, path, params }) => {
    if (path['id'] !== APP.id) throw unknownObject(method, path['id']!);
    const { file_name: name = 'file', file_length: given, file_type: type } = params;
    const length = Number(given);
    if (given === undefined) throw missingParameter('file_length');
    if (!Number.isInteger(length) || length < 1)
      throw badParameter('Param file_length must be an integer greater than or equal to 1.');
    if (!TYPES.includes(String(type)))
      throw badParameter(`Param file_type must be one of {${TYPES.join(', ')}} - got "${String(type)}".`);
    const key = Buffer.from(`2:${randomBytes(18).toString('hex')}`).toString('base64url');
    sessions.set(key, { name: String(name), type: String(type), length, received: 0 });
    return { id: `upload:${key}?sig=${randomBytes(12).toString('base64url')}` };
  };

  const sessionOf = ({ method, path }: GraphCall): Session => {
    const session = sessions.get(path['id']!.slice('upload:'.length));
    if (session === undefined) throw unknownObject(method, path['id']!);
    return session;
  };

  const bring: GraphHandler = (call) => {
    const session = sessionOf(call);
    const offset = Number(call.headers['file_offset'] ?? 0);
    if (offset !== session.received)
      throw badParameter(`file_offset must be ${session.received}: so many bytes have come.`);
    const size = Buffer.isBuffer(call.body) ? call.body.length : Buffer.byteLength(String(call.body ?? ''));
    if (size + offset > session.length)
      throw badParameter(`The file has more than the ${session.length} bytes of file_length.`);
    session.received += size;
    if (session.received < session.length) return progress(call);
    const text = (value: string) => Buffer.from(value).toString('base64');
    const handle = `4::${text(session.type)}:ARb${randomBytes(48).toString('base64url')}:e:${text(session.name)}`;
    handles.add(handle);
    return { h: handle };
  };

  const progress: GraphHandler = (call) => ({
    id: call.path['id']!,
    file_offset: sessionOf(call).received,
  });

  return { 'POST uploads': begin, 'POST upload node': bring, 'GET upload node': progress };
}
