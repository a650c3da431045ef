import { requestsOf } from './kafka-requests.ts';

test('requests are counted by their API key, over all processes', () => {
  const counts = [
    { 0: 3, 1: 10, 3: 1 },
    { 1: 5, 8: 2, 12: 4 },
  ];
  expect(requestsOf(counts)).toEqual({ produce: 3, fetch: 15, commit: 2, all: 25 });
});
