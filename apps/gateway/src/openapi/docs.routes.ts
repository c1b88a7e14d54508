import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';

const { resolve } = createRequire(import.meta.url);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WBIZ API reference</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// Without persistAuthorization the key is kept in the page's memory and nowhere else.
const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  persistAuthorization: false,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Asset = {
  readonly path: string;
  readonly type: string;
  readonly content: () => Promise<string | Buffer> | string;
};

const packaged = (name: string) => () => readFile(resolve(`swagger-ui-dist/${name}`));
const ASSETS: readonly Asset[] = [
  { path: '/docs', type: 'text/html; charset=utf-8', content: () => PAGE },
  { path: '/docs/start.js', type: 'text/javascript; charset=utf-8', content: () => START },
  {
    path: '/docs/swagger-ui-bundle.js',
    type: 'text/javascript; charset=utf-8',
    content: packaged('swagger-ui-bundle.js'),
  },
  { path: '/docs/swagger-ui.css', type: 'text/css; charset=utf-8', content: packaged('swagger-ui.css') },
  { path: '/docs/favicon-32x32.png', type: 'image/png', content: packaged('favicon-32x32.png') },
  {
    path: '/api/openapi.json',
    type: 'application/json',
    content: () => readFile(resolve('@wbiz/contracts/specs/openapi.json')),
  },
  {
    path: '/api/asyncapi.json',
    type: 'application/json',
    content: () => readFile(resolve('@wbiz/contracts/specs/asyncapi.json')),
  },
];

/** Serves the reference page at /docs, from files of this machine only, with the OpenAPI document that it shows and the AsyncAPI one; `/` leads there. */
export function serveDocs(fastify: FastifyInstance): void {
  fastify.get('/', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/docs', 302));
  for (const { path, type, content } of ASSETS) {
    let loaded: Promise<string | Buffer> | undefined;
    fastify.get(path, { config: { access: 'public' } }, async (_request, reply) => {
      loaded ??= Promise.resolve(content());
      reply
        .header('content-security-policy', CONTENT_SECURITY_POLICY)
        .header('cache-control', 'public, max-age=300');
      return reply.type(type).send(await loaded);
    });
  }
}
