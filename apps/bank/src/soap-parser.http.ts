import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Slightly above the maximum message size, so that the SOAP reader reports its own limit. */
const bodyLimit = 1024 * 1024;

/** Passes raw bytes on: the XML reader decides about the encoding, whatever the content type claims. */
export async function acceptSoap(app: NestFastifyApplication): Promise<void> {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(
      /^(text\/xml|application\/soap\+xml|multipart\/related)/,
      { parseAs: 'buffer', bodyLimit },
      (_, body, done) => done(null, body),
    );
}
