import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { WebSocket } from 'ws';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import type { Benchmark } from '../benchmark.ts';
import { percentileOf, summary } from '../sample.ts';

const events = 500;
const pauseMs = 10;
const channel = 'gallery';

/** When each event, by its number, arrived; of the clock of this process, which also sends. */
type Arrivals = Map<number, number>;

/** The latency of the broker alone: a plain consumer of the same topic, with the fetch settings of realtime. */
async function plainConsumer(sandbox: RealtimeSandbox, arrived: Arrivals): Promise<() => Promise<void>> {
  const kafka = new Kafka({ brokers: sandbox.brokers.split(','), clientId: 'bench', logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `bench-${process.pid}`, maxWaitTimeInMs: 100, minBytes: 1 });
  await consumer.connect();
  await consumer.subscribe({ topic: sandbox.topic, fromBeginning: false });
  const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({
    eachMessage: async ({ message: { headers } }) => {
      arrived.set(Number(headers?.ce_sequence), performance.now());
    },
  });
  await joined;
  return () => consumer.disconnect();
}

async function client(sandbox: RealtimeSandbox, arrived: Arrivals): Promise<WebSocket> {
  const address = `${(sandbox.urls[0] ?? '').replace('http', 'ws')}/v1/events`;
  const headers = { authorization: `Bearer ${sandbox.token('client-pool')}` };
  const socket = new WebSocket(address, 'halftone.v1.json', { headers });
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe', channel })));
    socket.on('message', (data: Buffer) => {
      const { type, event } = JSON.parse(data.toString()) as { type: string; event?: { seq: number } };
      if (type === 'subscribed') resolve();
      if (event) arrived.set(event.seq, performance.now());
    });
  });
  await subscribed;
  return socket;
}

/** One event at a time: how long until the consumer has it, and until the client has it. */
async function oneRound(sandbox: RealtimeSandbox): Promise<{ broker: number[]; client: number[]; lost: number }> {
  const arrived: Arrivals = new Map();
  const consumed: Arrivals = new Map();
  const leave = await plainConsumer(sandbox, consumed);
  const socket = await client(sandbox, arrived);
  const sent: { seq: number; at: number }[] = [];
  await sandbox.publisher.publishMany(channel, 20);
  await sleep(1_000);
  for (let index = 0; index < events; index += 1) {
    const at = performance.now();
    sent.push({ at, seq: await sandbox.publisher.publishMany(channel, 1) });
    await sleep(pauseMs);
  }
  await sleep(1_000);
  socket.terminate();
  await leave();
  const delays = (of: Arrivals) =>
    sent.flatMap(({ seq, at }) => (of.has(seq) ? [(of.get(seq) ?? Number.NaN) - at] : []));
  const toClient = delays(arrived);
  return { broker: delays(consumed), client: toClient, lost: events - toClient.length };
}

export const e2e: Benchmark = {
  name: 'e2e',
  about: 'Kafka → client on a WebSocket, against Kafka → a plain consumer, one event each 10 ms',
  rounds: 5,
  run: async ({ rounds, say }) => {
    const { signal } = onInterruption(killSandbox);
    const sandbox = await openRealtimeSandbox({ name: 'bench', replicas: 1, note: say, signal });
    const all: Awaited<ReturnType<typeof oneRound>>[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) {
        all.push(await oneRound(sandbox));
        say(`round ${round + 1} of ${rounds}`);
      }
    } finally {
      await sandbox.close();
    }
    const lost = all.reduce((total, one) => total + one.lost, 0);
    return ([0.5, 0.99] as const).map((share) => {
      const [ours, broker] = [
        all.map((one) => percentileOf(one.client, share)),
        all.map((one) => percentileOf(one.broker, share)),
      ];
      const ratio = summary(ours.map((value, index) => value / (broker[index] ?? Number.NaN))).median;
      const name = share === 0.5 ? 'p50' : 'p99';
      const common = { bench: 'e2e', case: `kafka-to-client-${name}`, unit: 'ms' as const, n: rounds, lost };
      return { ...common, ours: summary(ours), peers: { broker: summary(broker) }, ratio: { broker: ratio } };
    });
  },
};
