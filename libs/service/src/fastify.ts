import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Fastify's own type, without a dependency on the package that NestJS brings. */
export type Fastify = Awaited<ReturnType<NestFastifyApplication['register']>>;
