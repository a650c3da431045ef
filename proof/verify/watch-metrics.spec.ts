import { metricsText } from './watch-metrics.ts';

test('the metrics have every invariant and the ledger', () => {
  const text = metricsText({
    statuses: new Map([
      ['a', { state: 'holds', brokenSince: undefined, result: { invariant: 'a', ok: true, checked: 7 } }],
      ['b', { state: 'broken', brokenSince: 1, result: { invariant: 'b', ok: false, checked: 2, counterExample: {} } }],
    ]),
    samples: { taken: 9, unbalanced: 1, firstUnbalanced: undefined },
    looks: 3,
    failedLooks: 0,
    lookSeconds: 0.25,
    wireDuplicates: 0,
    strangers: 0,
  });
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      '# TYPE verify_invariant_broken gauge',
      'verify_invariant_broken{invariant="a"} 0',
      'verify_invariant_broken{invariant="b"} 1',
      'verify_checked{invariant="a"} 7',
      'verify_ledger_samples_total 9',
      'verify_ledger_unbalanced_total 1',
    ]),
  );
});
