import type { Measures, PodMeasure } from './measure.ts';
import { linesOf, reportOf } from './report.ts';

const mib = 2 ** 20;

const pod = (component: string, workingSet: number | undefined, startSeconds = 3): PodMeasure => ({
  component,
  pod: `halftone-${component}`,
  workingSet,
  requests: { memory: 96 * mib, cores: 0.025 },
  limits: { memory: 224 * mib, cores: 1 },
  startSeconds,
});

const measures = (pods: PodMeasure[], images: Measures['images'] = []): Measures => ({
  pods,
  images,
  unready: [],
});

test('sums per component and over all', () => {
  const report = reportOf(measures([pod('orders', 90 * mib), pod('orders', 95 * mib, 5), pod('kafka', 400 * mib)]));
  expect(report).toMatchObject({ ok: true, profile: 'core', total: { pods: 3, workingSetMiB: 585 } });
  expect(report.components).toContainEqual({
    component: 'orders',
    pods: 2,
    workingSetMiB: 185,
    requests: { memoryMiB: 192, cores: 0.05 },
    limits: { memoryMiB: 448, cores: 2 },
    startSeconds: 5,
  });
});

test('an aim that is missed fails the report and is named', () => {
  const report = reportOf(measures([pod('kafka', 2049 * mib)]));
  expect(report).toMatchObject({ ok: false, missed: ['core rests at 2049 MiB; the aim is 2048'] });
  expect(linesOf(report).at(-1)).toMatch(/^✘ core rests/);
});

test('with Prometheus it is the full profile, which may use more', () => {
  expect(reportOf(measures([pod('kafka', 2049 * mib), pod('prometheus', mib)]))).toMatchObject({
    ok: true,
    profile: 'full',
  });
});

test('a pod that is not measured yet is not taken for one that needs nothing', () => {
  expect(reportOf(measures([pod('orders', undefined)])).missed).toEqual([
    'not measured yet, try again in 20 s: halftone-orders',
  ]);
});

test('a release that is not whole is not taken for a small one', () => {
  const report = reportOf({ ...measures([pod('orders', mib)]), unready: ['halftone-kafka'] });
  expect(report).toMatchObject({ ok: false, missed: ['measured while not Ready: halftone-kafka'] });
});

test('images may be 40 MB above their base, the one with sharp 80', () => {
  const image = (name: string) => ({ image: `halftone/${name}:1`, bytes: 380e6, aboveBase: 60e6 });
  expect(reportOf(measures([], [image('images')])).ok).toBe(true);
  expect(reportOf(measures([], [image('orders')])).missed).toEqual([
    'halftone/orders:1 is 60 MB above its base; the aim is 40',
  ]);
});
