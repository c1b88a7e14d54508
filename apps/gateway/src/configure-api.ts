import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { servePages } from './pages/pages.routes.js';
import { ValidationPipe } from './validation.pipe.js';

/** Settings shared by all routes of the public API; the gate is installed separately. */
export function configureApi(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ValidationPipe());
  servePages(app.getHttpAdapter().getInstance());
}
