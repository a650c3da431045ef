import { logger, CannotStart } from '@halftone/service';
import { type Admin, ConfigResourceTypes } from 'kafkajs';

export interface TopicSpec {
  name: string;
  partitions: number;
  /** Settings that differ from the broker's defaults. */
  config?: Readonly<Record<string, string>>;
}

/**
 * Creates missing topics and corrects their settings; any number of processes may do so at the same time. A wrong number of
 * partitions is an error, because a key would then map to another partition and lose its order.
 */
export async function ensureTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter((spec) => !existing.has(spec.name));
  if (missing.length > 0) {
    await admin.createTopics({
      topics: missing.map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        configEntries: entriesOf(config),
      })),
    });
    logger('kafka').info({ topics: missing.map((spec) => spec.name) }, 'topics created');
  }
  await checkPartitions(admin, specs);
  for (const spec of specs) if (spec.config && existing.has(spec.name)) await configure(admin, spec.name, spec.config);
}

async function checkPartitions(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map((spec) => spec.name) });
  const actual = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  for (const { name, partitions } of specs) {
    const found = actual.get(name);
    // Another process has just created it, and the brokers do not all know it yet.
    if (!found) throw new Error(`topic ${name} is not known yet`);
    if (found !== partitions)
      throw new CannotStart(`topic ${name} has ${found} partitions where the catalogue says ${partitions}`);
  }
}

/** kafkajs can only replace all settings of a topic together, so settings made by others are sent again. */
async function configure(admin: Admin, name: string, config: Readonly<Record<string, string>>): Promise<void> {
  const type = ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name }] });
  const found = resources[0]?.configEntries ?? [];
  const actual = new Map(found.map(({ configName, configValue }) => [configName, configValue]));
  if (Object.entries(config).every(([key, value]) => actual.get(key) === value)) return;
  const own = found.filter(({ configSource }) => (configSource as number) === OWN_SETTING);
  const before = Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type, name, configEntries: entriesOf({ ...before, ...config }) }],
  });
}

/** DYNAMIC_TOPIC_CONFIG of the protocol (KIP-226). */
const OWN_SETTING = 1;

const entriesOf = (config: Readonly<Record<string, string>> = {}) =>
  Object.entries(config).map(([name, value]) => ({ name, value }));
