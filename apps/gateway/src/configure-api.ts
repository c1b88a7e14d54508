import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { servePages } from './pages/pages.routes.js';
import { ValidationPipe } from './validation.pipe.js';

/** What all routes of the public API have in common; the gate stands before them by itself. */
export function configureApi(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ValidationPipe());
  servePages(app.getHttpAdapter().getInstance());
}
