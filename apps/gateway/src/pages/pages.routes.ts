import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { Rejection } from '@wbiz/eventing/rejection';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const { resolve } = createRequire(import.meta.url);
const packing = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Scripts, styles and calls from this origin only; images and media may also come from a call's answer (blob:). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};
const BRIEFLY = 'public, max-age=300';
/** Pages are revalidated each time; assets never, since their names hold their content's hash. */
const ANEW = 'no-cache';
const FOREVER = 'public, max-age=31536000, immutable';

/** Serves the console, the reference and both API documents, from local files only; `/` leads to the reference. */
export function servePages(fastify: FastifyInstance): void {
  const pages = () => dirname(resolve('@wbiz/pages/dist/console.html'));
  const file = (path: string, of: () => string, cache: string) =>
    fastify.get(path, { config: { access: 'public' } }, (request, reply) =>
      send(of(), cache, request, reply),
    );

  fastify.get('/', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/docs', 302));
  for (const path of ['/console', '/console/*']) file(path, () => join(pages(), 'console.html'), ANEW);
  for (const path of ['/docs', '/docs/*']) file(path, () => join(pages(), 'reference.html'), ANEW);
  for (const name of ['openapi.json', 'asyncapi.json'])
    file(`/api/${name}`, () => resolve(`@wbiz/contracts/specs/${name}`), BRIEFLY);
  fastify.get<{ Params: { name: string } }>(
    '/assets/:name',
    { config: { access: 'public' } },
    (request, reply) => {
      const { name } = request.params;
      if (!/^[\w-]+(\.[\w-]+)*\.(css|js|svg)$/.test(name))
        throw new Rejection('not_found', `There is no asset ${name}.`);
      return send(join(pages(), 'assets', name), FOREVER, request, reply);
    },
  );
}

/** Contents of files, by path and encoding. Its size is bounded: only existing files of this build are kept. */
const loaded = new Map<string, Promise<Buffer>>();

async function send(path: string, cache: string, request: FastifyRequest, reply: FastifyReply) {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepted));
  const content = await once(`${path} ${encoding}`, async () => {
    const plain = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new Rejection('not_found', `There is no ${request.url.split('?')[0]}.`);
      throw error;
    });
    return encoding ? packing[encoding](plain) : plain;
  });
  if (encoding) reply.header('content-encoding', encoding);
  return reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .header('cache-control', cache)
    .header('vary', 'accept-encoding')
    .type(TYPES[extname(path)]!)
    .send(content);
}

function once(key: string, load: () => Promise<Buffer>): Promise<Buffer> {
  const known = loaded.get(key);
  if (known) return known;
  const loading = load();
  loaded.set(key, loading);
  // Missing files are not cached.
  loading.catch(() => loaded.delete(key));
  return loading;
}
