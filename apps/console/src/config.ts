import { join } from 'node:path';
import { commaList, type ConfigOf } from '@halftone/service';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, ''));

export const settings = {
  CONSOLE_FILES: z
    .string()
    .min(1)
    .default(join(__dirname, 'page'))
    .describe('folder of the built page; beside the program unless told'),
  GATEWAY_URL: httpUrl
    .default('http://127.0.0.1:8080')
    .describe('where requests of the page to /v1 and /v2 are passed on'),
  REALTIME_URLS: commaList(httpUrl)
    .prefault('http://127.0.0.1:8090')
    .describe('base URLs of the realtime replicas as browsers reach them, comma separated'),
};

export type ConsoleConfig = ConfigOf<typeof settings>;

/** Token of the configuration in the container. */
export const CONFIG = Symbol('console config');
