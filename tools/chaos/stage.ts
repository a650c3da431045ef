/** Where faults happen: an arena with two of everything that keeps no state of its own, and the ways in which it can be hurt. */
import { openArena, type Arena } from '../arena/arena.ts';
import { topology, type ServiceName } from '../supervisor/topology.ts';

export const replicas: Partial<Record<ServiceName, number>> = { gateway: 2, orders: 2, payments: 2 };

export const replicasOf = (service: string): number =>
  replicas[service as ServiceName] ?? topology.find(({ name }) => name === service)?.replicas ?? 1;

/** One more than work, for the canary. */
export const customers = 6;

const settings = {
  payments: { BANK_GIVE_UP_MS: '30000' },
  orders: { ORDER_PAYMENT_WINDOW_MS: '15000' },
} as const;

export const openStage = (testBuild: boolean, note: (text: string) => void, signal: AbortSignal): Promise<Arena> =>
  openArena({ name: 'chaos', replicas, proxied: true, testBuild, settings, note, signal });
