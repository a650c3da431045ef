import { eventually } from './eventually';

test('it asks until it holds and gives the answer', async () => {
  let asked = 0;
  const answer = await eventually(() => {
    expect(++asked).toBe(3);
    return 'held';
  });
  expect(answer).toBe('held');
});

test('what never holds fails as it failed last', async () => {
  let asked = 0;
  await expect(eventually(() => Promise.reject(new Error(`try ${++asked}`)), 100)).rejects.toThrow(/^try [2-9]/);
});
