/** Kafka as one KRaft node, broker and controller in one: every internal topic has one replica, groups start immediately. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { capture } from '../os/command.ts';
import { environment } from '../os/config.ts';
import { logFile } from './engine-lifecycle.ts';
import { paths } from '../os/home.ts';
import { findKafka } from './kafka-programs.ts';
import { launch } from '../os/os-process.ts';
import { freePort } from '@halftone/local';
import type { Engine } from './engine.ts';
import type { KafkaPrograms } from './kafka-programs.ts';

const heap = ['-Xms128m', '-Xmx256m'];
const jvm = [...heap, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Djava.awt.headless=true'];
const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

export const kafka: Engine<KafkaPrograms> = {
  name: 'kafka',
  title: 'Kafka',
  advice: 'Install Java 17 and Maven, or start a Docker engine, or set KAFKA_HOME or KAFKA_BROKERS.',
  stopSignal: 'SIGTERM',
  urlAt: (port) => `127.0.0.1:${port}`,
  find: findKafka,
  ping,
  async launch({ java, libs }, port, { signal, advertisedPort }) {
    const data = join(paths.data, 'kafka');
    mkdirSync(data, { recursive: true });
    const file = join(paths.data, 'kafka.properties');
    writeFileSync(file, propertiesText(port, advertisedPort ?? port, await freePort(), data), { mode: 0o600 });
    const base = [...jvm, ...quiet, '-cp', `${libs}/*`];
    if (!existsSync(join(data, 'meta.properties'))) {
      const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId(), '--config', file];
      await capture(java, [...base, ...format, '--ignore-formatted'], { cwd: data, signal });
    }
    const args = [...base, 'kafka.Kafka', file];
    return launch({ command: java, args, env: environment, cwd: data, log: logFile('kafka') });
  },
  container: (port, { advertisedPort = port }) => ({
    image: 'apache/kafka:4.1.0',
    publish: { outside: port, inside: port },
    env: {
      ...Object.fromEntries(
        Object.entries(
          properties({ listen: `:${port}`, advertise: `127.0.0.1:${advertisedPort}`, controller: 'localhost:29093' }),
        ).map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll('.', '_')}`, value]),
      ),
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_HEAP_OPTS: heap.join(' '),
    },
    dataFolder: '/var/lib/kafka/data',
    args: [],
  }),
};

/** Kafka's form of a UUID. */
const clusterId = () => randomBytes(16).toString('base64url').replace(/^-/, 'A');

const propertiesText = (port: number, advertised: number, controllerPort: number, data: string): string =>
  Object.entries({
    ...properties({
      listen: `127.0.0.1:${port}`,
      advertise: `127.0.0.1:${advertised}`,
      controller: `127.0.0.1:${controllerPort}`,
    }),
    'log.dirs': data,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

function properties(at: { listen: string; advertise: string; controller: string }): Record<string, string> {
  return {
    'node.id': '1',
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://${at.listen},CONTROLLER://${at.controller}`,
    'advertised.listeners': `PLAINTEXT://${at.advertise}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@${at.controller}`,
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // A broker that was killed may register again only when its last session has run out.
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '1000',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  };
}

async function ping(brokers: string): Promise<void> {
  const options = {
    brokers: brokers.split(','),
    clientId: 'halftone-engines',
    connectionTimeout: 2_000,
    requestTimeout: 3_000,
  };
  const admin = new kafkajs.Kafka({ ...options, logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    // Makes the topic of offsets on a new cluster, and fails while its coordinators are loading.
    await admin.describeGroups(['halftone']);
  } finally {
    await admin.disconnect();
  }
}
