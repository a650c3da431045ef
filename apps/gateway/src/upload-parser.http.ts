import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@halftone/kernel';

const uploadRoute = '/v1/images';

/** Passes photos to their route as a stream, as the body or inside a form; on every other route they are an unsupported media type. */
export function acceptPhotos(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addContentTypeParser(/^(image\/|multipart\/form-data)/, (request, payload, done) => {
    if (request.routeOptions.url === uploadRoute) done(null, payload);
    else done(new DomainError('UNSUPPORTED_MEDIA_TYPE', 'only POST /v1/images accepts photos'));
  });
}
