import { engines } from '@halftone/testing';
import { createKafka } from './client';

const { brokers } = engines();

test('an idle connection does not keep setting timers, and none has a negative delay', async () => {
  const warned: Error[] = [];
  process.on('warning', (warning) => warned.push(warning));
  const delays: (number | undefined)[] = [];
  const { setTimeout: real } = globalThis;
  const spy = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms?: number) => {
    delays.push(ms);
    return real(work, ms);
  }) as typeof setTimeout);
  const admin = createKafka({ brokers, clientId: 'test' }).admin();
  try {
    await admin.connect();
    await admin.listTopics();
    const before = delays.length;
    await new Promise((resolve) => real(resolve, 500));
    expect(delays.length - before).toBeLessThan(10);
    expect(delays.filter((ms) => (ms ?? 0) < 0)).toEqual([]);
    expect(warned).toEqual([]);
  } finally {
    spy.mockRestore();
    await admin.disconnect();
  }
});
