/** Members that join consumer groups and leave again, so that partitions are reassigned all the time. They commit nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@halftone/contracts';
import { Kafka, logLevel } from 'kafkajs';

/** Long enough to be given partitions, short enough to hold nobody up. */
const stayMs = 700;

export async function joinAndLeave(
  brokers: string[],
  groups: readonly string[],
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  const kafka = new Kafka({ clientId: 'halftone.chaos', brokers, logLevel: logLevel.NOTHING, retry: { retries: 2 } });
  const until = Date.now() + ms;
  await Promise.all(
    groups.map(async (group) => {
      // A broker may be away at that moment: faults come together.
      while (Date.now() < until && !signal.aborted) await stay(kafka, group).catch(() => undefined);
    }),
  );
  return true;
}

async function stay(kafka: Kafka, groupId: string): Promise<void> {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 300 });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: Object.values(topics).map(({ name }) => name) });
    // No resolved offset means no commit.
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
    await sleep(stayMs);
  } finally {
    await consumer.disconnect();
  }
}
