/** However many dead letters there are, the desk keeps only the listed ones in memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toLetter } from '@halftone/contracts';
import type { KafkaMessage } from 'kafkajs';
import { DeadLetterDesk } from './dead-letter-desk';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const chunk = 50;

/** A topic with this many letters that counts how many read letters are in memory. */
class FakeTopic {
  mostInMemory = 0;
  private values: WeakRef<object>[] = [];

  constructor(private readonly letters: number) {}

  topicNames = async () => ['g.dlq'];
  endOffsets = async () => [];

  async *chunks(_topic: unknown, _partition: number, { from = 0n, to = BigInt(this.letters) } = {}) {
    for (let first = Number(from); first < Number(to); first += chunk) {
      await new Promise((resolve) => setImmediate(resolve));
      if (first % 500 === 0) this.countInMemory();
      yield this.read(first, Math.min(first + chunk, Number(to)));
    }
  }

  countInMemory(): void {
    collectGarbage();
    this.values = this.values.filter((value) => value.deref() !== undefined);
    this.mostInMemory = Math.max(this.mostInMemory, this.values.length);
  }

  private read(from: number, to: number): KafkaMessage[] {
    return Array.from({ length: to - from }, (_, n) => this.message(from + n));
  }

  private message(n: number): KafkaMessage {
    const value = Buffer.alloc(1_000);
    this.values.push(new WeakRef(value));
    const origin = { topic: 't', partition: 0, offset: String(n), recordTime: '1' };
    const failure = { group: 'g', origin, reason: 'R', message: 'm', attempts: 1, time: new Date(n) };
    const letter = toLetter({ key: null, value }, failure);
    return { ...letter, offset: String(n), timestamp: '1', attributes: 0 } as unknown as KafkaMessage;
  }
}

test.each(['list', 'find', 'statuses'] as const)('1,000 letters, %s: at most two chunks are in memory', async (ask) => {
  const topic = new FakeTopic(1_000);
  const desk = new DeadLetterDesk(topic, { publishRaw: async () => undefined } as never);
  if (ask === 'list') expect((await desk.list({}, 10)).map(({ id }) => id)).toEqual(tenNewest);
  else if (ask === 'find') expect(await desk.find('g/7')).toMatchObject({ id: 'g/7', origin: { offset: '7' } });
  else expect(await desk.statuses('g')).toHaveLength(1_000);
  topic.countInMemory();
  expect(topic.mostInMemory).toBeLessThanOrEqual(2 * chunk);
});

const tenNewest = Array.from({ length: 10 }, (_, n) => `g/${999 - n}`);
