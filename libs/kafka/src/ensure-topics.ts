import { logger, Unstartable } from '@halftone/service';
import type { Admin } from 'kafkajs';

export interface TopicSpec {
  name: string;
  partitions: number;
}

/**
 * Creates what is missing; any number of processes may do so at once. A topic with another number of partitions is an error, because the
 * same key would meet another partition and lose its order.
 */
export async function ensureTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter((spec) => !existing.has(spec.name));
  if (missing.length > 0) {
    await admin.createTopics({
      topics: missing.map(({ name, partitions }) => ({ topic: name, numPartitions: partitions })),
    });
    logger('kafka').info({ topics: missing.map((spec) => spec.name) }, 'topics created');
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map((spec) => spec.name) });
  const actual = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  for (const { name, partitions } of specs) {
    const found = actual.get(name);
    // Another process has just created it and the brokers are still passing the word.
    if (!found) throw new Error(`topic ${name} is not known yet`);
    if (found !== partitions)
      throw new Unstartable(`topic ${name} has ${found} partitions where the catalogue says ${partitions}`);
  }
}
