import { createPublicKey } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { parseFailpoints } from './failpoint';

/** A TCP port; 0 asks the system for a free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const isFailpoints = (text: string) => parseFailpoints(text) !== undefined;

function isEd25519Key(base64: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** What every process can be told by its environment. A service adds its own shape; these keys are always there. */
export const serviceSettings = {
  HTTP_HOST: z.string().min(1).default('127.0.0.1').describe('address HTTP listens on'),
  HTTP_PORT: port(8080).describe('port of HTTP: health, metrics and the edge of the service; 0 takes a free one'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('the least severe line that is written'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OTLP/HTTP endpoint for spans; nothing is exported without it'),
  FAILPOINTS: z
    .string()
    .default('')
    .refine(isFailpoints, 'not a list like a=kill;b=delay:500;c=error*1')
    .describe('faults to commit at named places: name=kill|delay:MS|error, each with *COUNT if wanted, joined by ;'),
  SHUTDOWN_GRACE_MS: z.coerce.number().int().min(0).default(10_000).describe('hard limit of an orderly stop, in ms'),
  JWT_PUBLIC_KEY: z
    .string()
    .refine(isEd25519Key, 'not a base64 Ed25519 key (SPKI DER)')
    .describe('base64 SPKI DER of the Ed25519 key that access tokens are verified with'),
  SERVICE_INSTANCE: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${process.pid}`)
    .describe('name of this replica in logs, traces and client ids'),
};

export type ServiceSettings = typeof serviceSettings;
