import { pod, scheduled } from '@halftone/tools/cluster/pod.fixture.ts';
import { PodWatch } from './pod-watch.ts';

const [kept, victim] = [pod('a'), pod('b')];
const later = { conditions: scheduled };

test('reports the deleted pod, its replacement, and when that is Ready', () => {
  const watch = new PodWatch([kept, victim]);
  expect(watch.look([kept, pod('b', {}, { deletionTimestamp: 'now' })], victim, 100)).toEqual(['b is ending']);
  expect(watch.look([kept, pod('c', later)], victim, 600)).toEqual(['b is gone', 'c runs, not ready']);
  expect(watch.whole).toBe(false);
  expect(watch.look([kept, pod('c')], victim, 1100)).toEqual(['c is Ready']);
  expect(watch).toMatchObject({ whole: true, replacement: { pod: 'c', readyAfterMs: 1100 } });
  expect(watch.look([kept, pod('c')], victim, 1600)).toEqual([]);
  expect(watch.replacement?.readyAfterMs).toBe(1100);
});

test('a StatefulSet uses the name again: the new pod is not taken for the old one', () => {
  const again = pod('b', {}, { uid: 'another' });
  const watch = new PodWatch([victim]);
  watch.look([again], victim, 900);
  expect(watch).toMatchObject({ whole: true, replacement: { pod: 'b', readyAfterMs: 900 } });
});

test('not whole while the victim is only on its way out', () => {
  const watch = new PodWatch([kept, victim]);
  watch.look([kept, victim, pod('c')], victim, 500);
  expect(watch.whole).toBe(false);
});

test('whole again when the container of the same pod was restarted and is Ready', () => {
  const containers = (restartCount: number) => [{ name: 'orders', ready: true, restartCount }];
  const [before, after] = [1, 2].map((count) => pod('b', { containerStatuses: containers(count) }));
  const down = pod('b', { ...later, containerStatuses: containers(2) });
  if (!before || !after) throw new Error('two pods');
  const watch = new PodWatch([kept, before]);
  for (const now of [before, down]) {
    watch.look([kept, now], before, 100);
    expect(watch.whole).toBe(false);
  }
  watch.look([kept, after], before, 900);
  expect(watch).toMatchObject({ whole: true, replacement: undefined });
});
