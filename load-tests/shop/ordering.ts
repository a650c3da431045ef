/** Sends orders: customers take turns, every third order goes over gRPC if that is reachable, every fourth is paid by bank. */
import exec from 'k6/execution';
import { urls } from '../settings.ts';
import type { Opening } from './opening.ts';
import { orderByGrpc } from './order-grpc.ts';
import { methodOf, orderByRest } from './order.ts';

export function order({ customers }: Opening): void {
  const turn = exec.scenario.iterationInTest;
  const customer = customers[turn % customers.length];
  if (!customer) throw new Error('nobody is there to order');
  if (urls.grpc && turn % 3 === 2) orderByGrpc(customer, methodOf(turn));
  else orderByRest(customer, methodOf(turn));
}

/** So many orders a second, whether the shop keeps up or not: what it can't take shows as waiting, then as `dropped_iterations`. */
export const steadily = (perSecond: number, duration: string) => ({
  executor: 'constant-arrival-rate' as const,
  exec: 'order',
  rate: Math.max(1, Math.round(perSecond * 10)),
  timeUnit: '10s',
  duration,
  preAllocatedVUs: Math.ceil(perSecond * 2),
  maxVUs: Math.ceil(perSecond * 20),
  // A request that is under way at the end gets its answer, retries included.
  gracefulStop: '40s',
});
