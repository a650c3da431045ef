import { judge, type Observation } from './verdict.ts';

const received = (...seqs: number[]) => seqs.map((seq) => ({ seq, lateMs: 1 }));
const seen = (more: Partial<Observation> = {}): Observation => ({
  transport: 'sse',
  received: received(1, 2, 3),
  published: 3,
  resets: 0,
  cuts: [{ at: 1_200, backAt: 2_300 }],
  failedAt: 1_000,
  wellAt: 2_000,
  ...more,
});
const promised = { cuts: 'some', noticedWithinMs: 500, backWithinMs: 500 } as const;

test('times count from the failure and from when the way was whole again', () => {
  expect(judge('a cut', seen(), promised)).toMatchObject({ noticedMs: 200, backMs: 300, cuts: 1, ok: true });
});

test('what came before the failure is not of it', () => {
  const cuts = [{ at: 500, backAt: 600 }];
  expect(judge('a cut', seen({ cuts }), promised)).toMatchObject({ cuts: 0, noticedMs: null, ok: false });
});

test.each([
  ['a loss', { received: received(1, 3) }],
  ['the end missing', { received: received(1, 2) }],
  ['an event twice', { received: received(1, 2, 2, 3) }],
  ['another order', { received: received(1, 3, 2) }],
  ['a reset', { resets: 1 }],
  ['a late notice', { cuts: [{ at: 1_600, backAt: 1_700 }] }],
  ['a late return', { cuts: [{ at: 1_200, backAt: 2_600 }] }],
  ['no return', { cuts: [{ at: 1_200 }] }],
  ['silence', { received: [], published: 0 }],
  ['what the row itself complains of', { complaint: 'no' }],
])('%s is a complaint', (_what, more: Partial<Observation>) => {
  expect(judge('a cut', seen(more), promised)).toMatchObject({ ok: false, complaints: [expect.any(String)] });
});

test('who should not be cut is not', () => {
  expect(judge('nothing', seen(), { cuts: 'none' }).complaints).toEqual(['its connection was cut 1 times']);
});
