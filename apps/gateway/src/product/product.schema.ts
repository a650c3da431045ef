import { z } from 'zod';

export const availabilityBody = z.strictObject({ available: z.boolean() }).meta({ id: 'Availability' });

export type AvailabilityBody = z.infer<typeof availabilityBody>;
