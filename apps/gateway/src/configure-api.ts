import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { servePages } from './pages/pages.routes.js';
import { ValidationPipe } from './validation.pipe.js';

/** Adds the prefix, the validation and the pages. AccessModule adds the checks of keys and limits. */
export function configureApi(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ValidationPipe());
  servePages(app.getHttpAdapter().getInstance());
}
