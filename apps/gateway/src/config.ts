import { limits } from '@halftone/contracts';
import { peerUrl } from '@halftone/grpc';
import { redisSettings } from '@halftone/redis';
import {
  callerLimitSettings,
  callerWriteSettings,
  type ConfigOf,
  isPrivateKey,
  originSettings,
  transferSettings,
} from '@halftone/service';
import { z } from 'zod';

export const settings = {
  ...redisSettings,
  ...transferSettings,
  ...originSettings,
  ...callerLimitSettings,
  ...callerWriteSettings,
  ORDERS_GRPC: peerUrl('orders'),
  PAYMENTS_GRPC: peerUrl('payments'),
  IMAGES_GRPC: peerUrl('images'),
  NOTIFICATIONS_GRPC: peerUrl('notifications'),
  JWT_PRIVATE_KEY: z
    .string()
    .refine(isPrivateKey, 'not an Ed25519 private key: base64 of PKCS #8 DER or PEM')
    .describe('Ed25519 key that signs tokens: base64 of PKCS #8 DER or PEM')
    .meta({ secret: true }),
  REALTIME_URLS: z
    .string()
    .default('http://127.0.0.1:8090')
    .transform((list) => list.split(',').map((url) => url.trim().replace(/\/$/, '')))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .describe('base URLs of the realtime replicas as clients reach them, comma separated'),
  REQUEST_BUDGET_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(2000)
    .describe('time budget of one request, including all calls to services'),
  IDEMPOTENCY_TTL_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8760)
    .default(24)
    .describe('how long Redis keeps answers for replays; the services behind have their own setting of this name'),
  TRANSFER_BUDGET_MS: z.coerce.number().int().min(1).default(60_000).describe('time budget of one upload or download'),
  IMAGE_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(20 * 1024 * 1024)
    .describe('maximum size of a photo in bytes'),
  UPLOAD_BYTES_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(limits.uploadRate.value)
    .describe('bytes per second at which the uploads of one customer are read'),
};

export type GatewayConfig = ConfigOf<typeof settings>;

/** Injection token of the checked configuration. */
export const CONFIG = Symbol('gateway config');
