import { join } from 'node:path';
import { commaList, type ConfigOf, transferSettings } from '@halftone/service';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, ''));

export const settings = {
  ...transferSettings,
  CONSOLE_FILES: z
    .string()
    .min(1)
    .default(join(__dirname, 'page'))
    .describe('folder of the built page; default: next to the program'),
  GATEWAY_URL: httpUrl
    .default('http://127.0.0.1:8080')
    .describe('address of the gateway, to which /v1 and /v2 are proxied'),
  REALTIME_URLS: commaList(httpUrl)
    .prefault('http://127.0.0.1:8090')
    .describe('base URLs of the realtime replicas as browsers reach them, comma separated'),
};

export type ConsoleConfig = ConfigOf<typeof settings>;

/** Injection token of the configuration. */
export const CONFIG = Symbol('console config');
