/** Which fault comes when. Pure: the same seed, minutes, scenarios and replicas give the same schedule. */
import { seeded, type Random } from '../harness/workload/random.ts';
import type { Scenario } from './scenario.ts';

export interface Planned {
  number: number;
  /** Since the load began. */
  atMs: number;
  scenario: Scenario;
  /** Which replica is hit, of a fault that hits one. */
  replica: number;
}

/** Before the first fault, so that it meets work. */
const leadMs = 3_000;

/**
 * All scenarios in a random order, then all again in another one, each in a slot of its own: so everything that fits comes up
 * before anything comes twice.
 */
export function planOf(
  seed: number,
  minutes: number,
  scenarios: readonly Scenario[],
  replicasOf: (service: string) => number,
): Planned[] {
  const random = seeded(seed);
  const end = minutes * 60_000;
  const plan: Planned[] = [];
  let atMs = leadMs;
  while (scenarios.length > 0) {
    for (const scenario of shuffled(scenarios, random)) {
      if (atMs + scenario.slotSeconds * 1000 > end) return plan;
      const replicas = 'service' in scenario.fault ? replicasOf(scenario.fault.service) : 1;
      const replica = random.between(1, replicas);
      // Up to a tenth later, so that nothing beats in time with the schedule.
      const late = Math.floor(random.next() * scenario.slotSeconds * 100);
      plan.push({ number: plan.length + 1, atMs: atMs + late, scenario, replica });
      atMs += scenario.slotSeconds * 1000;
    }
  }
  return plan;
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last);
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}

/** The target of a fault as text. */
export function targetOf({ scenario: { fault }, replica }: Planned): string {
  if ('service' in fault)
    return fault.kind === 'kill-at' ? `${fault.service} at ${fault.failpoint}` : `${fault.service}-${replica}`;
  if ('engine' in fault) return fault.engine;
  switch (fault.kind) {
    case 'flush':
    case 'redis-full':
      return 'redis';
    case 'clock':
      return 'postgres';
    case 'bank':
      return 'bank';
    default:
      return fault.groups.join(', ');
  }
}

export const lineOf = (planned: Planned): string =>
  `${String(planned.number).padStart(3)}  ${(planned.atMs / 1000).toFixed(1).padStart(6)} s  ${planned.scenario.id.padEnd(24)} ${targetOf(planned)}`;
