import { hostname } from 'node:os';
import { z } from 'zod';
import { parseFailpoints } from './failpoint';
import { isPublicKey } from './signing-key';

/** A TCP port; 0 asks the system for a free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** A URL of a server: one of the schemes, and a host. What follows is the driver's. Messages never repeat the text, which may hold a password. */
export const serverUrl = (...schemes: [string, ...string[]]) => {
  const form = `${schemes[0]}://[user:password@]host[:port]`;
  return z.string().refine((text) => isServerUrl(text, schemes), `is no URL like ${form}; encode special characters`);
};

function isServerUrl(text: string, schemes: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && url.hostname !== '' && schemes.includes(url.protocol.slice(0, -1));
}

const hostAndPort = /^(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i;

/** `host:port` with a port that exists. */
export function isHostAndPort(text: string): boolean {
  const [, number] = hostAndPort.exec(text) ?? [];
  return number !== undefined && Number(number) >= 1 && Number(number) <= 65_535;
}

const isFailpoints = (text: string) => parseFailpoints(text) !== undefined;

/** `a,b, c`; empty is none. */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform((list) => list.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item));

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
  OTEL_TRACES_SAMPLE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the traces beginning here that is exported, 0 to 1'),
  FAILPOINTS: z
    .string()
    .default('')
    .refine(isFailpoints, 'not a list like a=kill;b=delay:500;c=error*1')
    .describe('faults to commit at named places: name=kill|delay:MS|error, each with *COUNT if wanted, joined by ;'),
  FAILPOINTS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file with such a list that is armed whenever it changes, in place of FAILPOINTS; answered in FILE.armed',
    ),
  SHUTDOWN_GRACE_MS: z.coerce.number().int().min(0).default(10_000).describe('hard limit of an orderly stop, in ms'),
  SHUTDOWN_LAME_DUCK_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'part of the stop in which the process is not ready but still serves, so that clients find another replica; in ms',
    ),
  JWT_PUBLIC_KEY: z
    .string()
    .refine(isPublicKey, 'not an Ed25519 public key: base64 of SPKI DER, or of PEM (key or certificate)')
    .describe('Ed25519 key that access tokens are verified with: base64 of SPKI DER, or of PEM (key or certificate)'),
  SERVICE_VERSION: z.string().min(1).default('dev').describe('what build_info and traces call this build'),
  SERVICE_INSTANCE: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${process.pid}`)
    .describe('name of this replica in logs, traces and client ids'),
};

export type ServiceSettings = typeof serviceSettings;
