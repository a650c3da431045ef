import { scratchOf, wrongWhileWaiting } from './scratch.ts';

const original = {
  metadata: { name: 'halftone-orders' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'orders' } },
    template: {
      metadata: { labels: { app: 'orders' } },
      spec: {
        containers: [
          {
            name: 'orders',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', valueFrom: {} },
            ],
          },
        ],
      },
    },
  },
};

test('one replica with another environment, under the labels of the original and found apart from it', () => {
  expect(scratchOf(original, 'e2e-x', { B: 'wrong' })).toMatchObject({
    metadata: { name: 'e2e-x' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'halftone-e2e-case': 'e2e-x' } },
      template: {
        metadata: { labels: { app: 'orders', 'halftone-e2e-case': 'e2e-x' } },
        spec: {
          containers: [
            {
              env: [
                { name: 'A', value: '1' },
                { name: 'B', value: 'wrong' },
              ],
            },
          ],
        },
      },
    },
  });
});

const waiting = { ready: false, restarts: 0, log: '{"msg":"no broker e2e-broker:9092"}\n' };

test('a pod that waits says why, and nothing else happens to it', () => {
  expect(wrongWhileWaiting(waiting, /e2e-broker/)).toBeUndefined();
  expect(wrongWhileWaiting({ ...waiting, ready: true }, /e2e-broker/)).toMatch('is Ready');
  expect(wrongWhileWaiting({ ...waiting, restarts: 1 }, /e2e-broker/)).toMatch('restarted 1');
  expect(wrongWhileWaiting(waiting, /password/)).toMatch('no line');
  expect(wrongWhileWaiting({ ...waiting, log: 'e2e-broker\n    at connect (x.js:1)' }, /e2e-broker/)).toMatch('stack');
});
