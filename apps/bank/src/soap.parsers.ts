import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A little more than the largest message that is read, so that whoever reads it says how large it may be. */
const bodyLimit = 1024 * 1024;

/** Bytes as they came: which encoding they are in is decided where XML is read, and anything may call itself XML. */
export async function takeSoap(app: NestFastifyApplication): Promise<void> {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(
      /^(text\/xml|application\/soap\+xml|multipart\/related)/,
      { parseAs: 'buffer', bodyLimit },
      (_, body, done) => done(null, body),
    );
}
