/**
 * $100 and a bad network: every failure between a customer and the money, on two replicas of everything, with the protection of the
 * Idempotency-Key and without. The arena is the lab's own; nothing is left of it.
 */
import { openArena, type Arena } from '../arena/arena.ts';
import { signIn } from '../client/session.ts';
import { orInterrupted } from '../engines/interruption.ts';
import { lessonOf, storiesOf, type Lesson, type OperationName, type Told } from './story.ts';
import { tell, type Stage } from './tell.ts';

export interface LabOptions {
  operations: readonly OperationName[];
  note: (text: string) => void;
  told: (told: Told) => void;
  signal: AbortSignal;
}

/** Without protection a bug of the test build makes every process ignore keys. */
const unprotected = 'idempotency.ignored=bug';

export async function idempotencyLab({ operations, note, told, signal }: LabOptions): Promise<Lesson> {
  const arena = await openArena({
    name: 'lab',
    replicas: { gateway: 2, payments: 2, graph: 0, realtime: 1 },
    testBuild: true,
    paired: true,
    note,
    signal,
  });
  try {
    const stage = { arena, session: await signIn(arena.urls.gateway, 'load-1'), recipient: 'load-2' };
    const all: Told[] = [];
    for (const protection of ['on', 'off'] as const) {
      if (protection === 'off') await protectNothing(arena);
      for (const operation of operations) all.push(...(await tellAll(operation, stage, protection, told, signal)));
    }
    return lessonOf(all);
  } finally {
    await arena.close();
  }
}

async function tellAll(
  operation: OperationName,
  stage: Stage,
  protection: Told['protection'],
  heard: (told: Told) => void,
  signal: AbortSignal,
): Promise<Told[]> {
  const all: Told[] = [];
  for (const story of storiesOf(operation)) {
    signal.throwIfAborted();
    const one = await orInterrupted(tell(story, stage, protection), signal);
    heard(one);
    all.push(one);
  }
  return all;
}

const protectNothing = (arena: Arena): Promise<unknown> =>
  Promise.all(arena.processes().map((process) => arena.arm(process, unprotected)));
