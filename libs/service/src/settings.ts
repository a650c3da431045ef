import { hostname } from 'node:os';
import { limits } from '@halftone/contracts';
import { z } from 'zod';
import { isNetwork } from './client-address';
import { parseFailpoints } from './failpoint';
import { isPublicKey } from './signing-key';

/** A TCP port; 0 takes a free one. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/**
 * The URL of a server: one of the schemes, and a host. The driver reads the rest. Messages never repeat the text,
 * which may contain a password.
 */
export const serverUrl = (...schemes: [string, ...string[]]) => {
  const form = `${schemes[0]}://[user:password@]host[:port]`;
  return z
    .string()
    .refine((text) => isServerUrl(text, schemes), `is not a URL like ${form}; encode special characters`);
};

function isServerUrl(text: string, schemes: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && url.hostname !== '' && schemes.includes(url.protocol.slice(0, -1));
}

const loopback = /^(127(\.\d{1,3}){3}|\[?::1\]?|localhost)$/i;

/** Whether only this machine can reach a server that listens there. */
export const isLoopback = (host: string): boolean => loopback.test(host);

const hostAndPort = /^(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i;

/** `host:port` with a valid port. */
export function isHostAndPort(text: string): boolean {
  const [, number] = hostAndPort.exec(text) ?? [];
  return number !== undefined && Number(number) >= 1 && Number(number) <= 65_535;
}

const isFailpoints = (text: string) => parseFailpoints(text) !== undefined;

/** `a,b, c`; an empty text is an empty list. */
export const commaList = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform((list) => list.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item));

const shutdownGrace = (standardMs: number) =>
  z.coerce.number().int().min(0).default(standardMs).describe('hard limit of a graceful stop, in ms');

/** For processes that transfer photos: a stop waits for the longest running transfer, and a little more. */
export const transferSettings = { SHUTDOWN_GRACE_MS: shutdownGrace(75_000) };

/** 0 means no limit. */
export const connectionsPerAddress = (standard: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .default(standard)
    .describe('open HTTP connections per address, except for trusted proxies; 0 means no limit');

/** The settings of every process. A service adds its own. */
export const serviceSettings = {
  HTTP_HOST: z.string().min(1).default('127.0.0.1').describe('address HTTP listens on'),
  HTTP_PORT: port(8080).describe('port of HTTP: health, metrics and the edge of the service; 0 takes a free one'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'port of /metrics alone, for scrapers and never routed; unset is the port of HTTP on a loopback HTTP_HOST, else 9464; 0 takes a free one',
    ),
  HTTP_CONNECTIONS_PER_ADDRESS: connectionsPerAddress(limits.connectionsPerAddress.value),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('the lowest level that is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OTLP/HTTP endpoint for spans; nothing is exported without it'),
  OTEL_TRACES_SAMPLE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the traces that start here which is exported, 0 to 1'),
  FAILPOINTS: z
    .string()
    .default('')
    .refine(isFailpoints, 'not a list like a=kill;b=delay:500;c=error*1')
    .describe('faults to inject at failpoints: name=kill|delay:MS|error, optionally with *COUNT, separated by ;'),
  FAILPOINTS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file with such a list that is armed whenever it changes, instead of FAILPOINTS; acknowledged in FILE.armed',
    ),
  SHUTDOWN_GRACE_MS: shutdownGrace(10_000),
  SHUTDOWN_LAME_DUCK_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'first part of a stop, in which the process is not ready but still serves so that clients find another replica, in ms',
    ),
  JWT_PUBLIC_KEY: z
    .string()
    .refine(isPublicKey, 'not an Ed25519 public key: base64 of SPKI DER, or of PEM (key or certificate)')
    .describe('Ed25519 public key for access tokens: base64 of SPKI DER, or of PEM (key or certificate)'),
  TOKEN_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(16 * 2 ** 20)
    .describe('memory for verified access tokens, which need no second signature check; 16 MiB hold about 20,000'),
  TRUSTED_PROXIES: commaList(z.string().refine(isNetwork, 'not an address or a network like 10.0.0.0/8'))
    .prefault('')
    .describe('comma-separated addresses and networks of trusted proxies, whose X-Forwarded-For is used'),
  SERVICE_VERSION: z.string().min(1).default('dev').describe('version of this build in build_info and traces'),
  SERVICE_INSTANCE: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${process.pid}`)
    .describe('name of this replica in logs, traces and client ids'),
};

export type ServiceSettings = typeof serviceSettings;
