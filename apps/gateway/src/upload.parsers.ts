import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@halftone/kernel';
import type { GatewayConfig } from './config';

const uploadRoute = '/v1/images';

/**
 * Photos reach their route as a stream, as a body of their own or inside a form; anywhere else they are an unsupported media type.
 * The limits of the form are one byte beyond ours: counting the bytes is the route's business.
 */
export async function takePhotos(app: NestFastifyApplication, { IMAGE_MAX_BYTES }: GatewayConfig): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  await app.register(multipart, { limits: { fileSize: IMAGE_MAX_BYTES + 1, files: 1, fields: 8, fieldSize: 1024 } });
  fastify.addContentTypeParser(/^image\//, (request, payload, done) => {
    if (request.routeOptions.url === uploadRoute) done(null, payload);
    else done(new DomainError('UNSUPPORTED_MEDIA_TYPE', 'a photo is only taken at POST /v1/images'));
  });
}
