import { sumCounts } from './counts.ts';

test('counts of projects add up', () => {
  const counts = [
    { passed: 3, failed: 0 },
    { passed: 2, failed: 1 },
  ];
  expect(sumCounts(counts, 1)).toEqual({ passed: 5, failed: 1 });
});

test('a run that ends badly never counts as all passed', () => {
  expect(sumCounts([], 1)).toEqual({ passed: 0, failed: 1 });
  expect(sumCounts([{ passed: 3, failed: 0 }], 1)).toEqual({ passed: 3, failed: 1 });
  expect(sumCounts([{ passed: 3, failed: 0 }], 0)).toEqual({ passed: 3, failed: 0 });
});

test('tests that were skipped are named and count neither as passed nor as failed', () => {
  const counts = [
    { passed: 3, failed: 0, skipped: ['one', 'two'] },
    { passed: 2, failed: 0, skipped: [] },
    { passed: 1, failed: 0, skipped: ['three'] },
  ];
  expect(sumCounts(counts, 0)).toEqual({ passed: 6, failed: 0, skippedTests: ['one', 'two', 'three'] });
});
