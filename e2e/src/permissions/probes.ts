/** By command: how it is given at each of its endpoints, about a thing of alice in the state of the cell. */
import { bankProbes } from './bank.probes';
import { imageProbes } from './image.probes';
import { notificationProbes } from './notification.probes';
import { orderProbes } from './order.probes';
import { paymentProbes } from './payment.probes';
import { realtimeProbes } from './realtime.probes';
import type { Probe } from './probe';

export type { Probe };

export const probes: Readonly<Record<string, Probe>> = {
  ...orderProbes,
  ...paymentProbes,
  ...imageProbes,
  ...notificationProbes,
  ...realtimeProbes,
  ...bankProbes,
};
