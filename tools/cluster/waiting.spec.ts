import type { Event } from './objects.ts';
import { condition, pod, scheduled, stuck } from './pod.fixture.ts';
import { eventsOf, refusalOf, summaryOf, waitingOf, wordsOf } from './waiting.ts';

const event = (name: string, reason: string, message: string, lastTimestamp = '2026-01-01T00:00:00Z'): Event => ({
  type: reason === 'Scheduled' ? 'Normal' : 'Warning',
  reason,
  message,
  lastTimestamp,
  involvedObject: { kind: 'Pod', name },
});

describe('nothing is waited for', () => {
  test.each([
    ['one that is Ready', pod('a')],
    ['a job that is done', pod('a', { phase: 'Succeeded', conditions: [condition('Ready', 'False')] })],
    ['one that is ending', pod('a', { conditions: scheduled }, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
  ])('%s', (_, one) => {
    expect(waitingOf(one, [])).toBeUndefined();
  });
});

test('no node has the capacity: in the words of the scheduler', () => {
  const message = '0/1 nodes are available: 1 Insufficient memory.';
  const one = pod('a', { phase: 'Pending', conditions: [condition('PodScheduled', 'False', { message })] });
  expect(waitingOf(one, [])).toMatchObject({ text: `no node takes it: ${message}`, hopeless: false });
});

test('an image that the cluster has not is named, and waiting for it is hopeless once pulling was given up', () => {
  expect(waitingOf(stuck('ErrImagePull'), [])).toMatchObject({
    text: 'ErrImagePull: the cluster has no halftone/orders:1',
    hopeless: false,
  });
  expect(waitingOf(stuck('ErrImageNeverPull'), [])?.hopeless).toBe(true);
});

test('a missing secret is reported with the message of the kubelet', () => {
  expect(waitingOf(stuck('CreateContainerConfigError', 'secret "x" not found'), [])).toMatchObject({
    text: 'CreateContainerConfigError: secret "x" not found',
    hopeless: true,
  });
});

test('a container that is being created shows its last warning', () => {
  const events = [
    event('orders-1', 'FailedMount', 'later', '2026-01-01T00:00:09Z'),
    event('orders-1', 'FailedMount', 'earlier', '2026-01-01T00:00:01Z'),
    event('orders-2', 'FailedMount', 'another pod', '2026-01-01T00:00:30Z'),
  ];
  expect(waitingOf(stuck('ContainerCreating'), events)?.text).toBe('FailedMount: later');
  expect(waitingOf(stuck('ContainerCreating'), [])?.text).toBe('its containers are being made');
});

test('a crashing container shows how it ended and how often, and its log is read', () => {
  const one = pod('orders-1', {
    conditions: scheduled,
    containerStatuses: [
      {
        name: 'orders',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      },
    ],
  });
  expect(waitingOf(one, [])).toMatchObject({ text: 'orders OOMKilled, code 137, 3 restarts', logHasReason: true });
});

test('a running container that is not ready may have the reason in its log', () => {
  expect(waitingOf(pod('a', { conditions: scheduled }), [])).toMatchObject({
    text: 'runs, not ready',
    logHasReason: true,
  });
});

test('the reason why a workload has no pods comes from its replica set', () => {
  const refused = event('orders-5d4', 'FailedCreate', 'violates PodSecurity "restricted:latest"');
  expect(refusalOf('orders', [refused, event('orders-5d4', 'Other', 'no')])).toBe(refused.message);
  expect(refusalOf('payments', [refused])).toBeUndefined();
});

test('events of one object come oldest first', () => {
  const events = [event('a', 'Second', '', '2026-01-01T00:00:02Z'), event('a', 'First', '', '2026-01-01T00:00:01Z')];
  expect(eventsOf('a', events).map(({ reason }) => reason)).toEqual(['First', 'Second']);
});

test('pods that wait for the same thing are reported together', () => {
  const of = (component: string, text: string) => ({ pod: 'x', component, text, logHasReason: false, hopeless: false });
  expect(summaryOf([of('a', 'runs'), of('b', 'pulls'), of('a', 'runs'), of('c', 'runs')])).toEqual([
    'a ×2, c: runs',
    'b: pulls',
  ]);
});

test('a log line is its message and its error, or itself', () => {
  expect(wordsOf('{"level":40,"msg":"waiting for Kafka","err":{"message":"ECONNREFUSED"}}')).toBe(
    'waiting for Kafka: ECONNREFUSED',
  );
  expect(wordsOf('{"level":30,"msg":"ready"}')).toBe('ready');
  expect(wordsOf('plain words')).toBe('plain words');
  expect(wordsOf('{"level":30}')).toBe('{"level":30}');
});
