import { z } from 'zod';

const password = z.strictObject({ customer: z.string().min(1).max(64), password: z.string().min(1).max(256) });
const refresh = z.strictObject({ refreshToken: z.string().min(1).max(4096) });

export const tokenBody = z.union([password, refresh]).meta({ id: 'TokenRequest' });

export type TokenBody = z.infer<typeof tokenBody>;
