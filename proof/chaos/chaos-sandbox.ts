/** The sandbox for faults: two processes of gateway, orders and payments, and proxies in front of the engines. */
import { openSandbox, type Sandbox } from '../harness/sandbox/sandbox.ts';
import { topology, type ServiceName } from '@halftone/tools/shop/topology.ts';

const replicas: Partial<Record<ServiceName, number>> = { gateway: 2, orders: 2, payments: 2 };

export const replicasOf = (service: string): number =>
  replicas[service as ServiceName] ?? topology.find(({ name }) => name === service)?.replicas ?? 1;

/** The probe client is one more customer. */
export const customers = 6;

const settings = {
  payments: { BANK_GIVE_UP_MS: '30000' },
  orders: { ORDER_PAYMENT_WINDOW_MS: '15000' },
} as const;

export const openChaosSandbox = (
  testBuild: boolean,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<Sandbox> => openSandbox({ name: 'chaos', replicas, proxied: true, testBuild, settings, note, signal });
