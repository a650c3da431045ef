import { fields } from '@halftone/service';
import { z } from 'zod';

const password = z.strictObject({ customer: fields.customer, password: fields.password });
const refresh = z.strictObject({ refreshToken: z.string().min(1).max(4096) });

export const tokenBody = z.union([password, refresh]).meta({ id: 'TokenRequest' });
export const revocationBody = refresh.meta({ id: 'TokenRevocation' });

export type TokenBody = z.infer<typeof tokenBody>;
export type RevocationBody = z.infer<typeof revocationBody>;
export type Password = z.infer<typeof password>;
