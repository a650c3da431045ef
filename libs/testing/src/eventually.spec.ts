import { eventually } from './eventually';

test('it repeats the check until it passes and returns the result', async () => {
  let tries = 0;
  const answer = await eventually(() => {
    expect(++tries).toBe(3);
    return 'passed';
  });
  expect(answer).toBe('passed');
});

test('after the timeout it throws the last error', async () => {
  let tries = 0;
  await expect(eventually(() => Promise.reject(new Error(`try ${++tries}`)), 100)).rejects.toThrow(/^try [2-9]/);
});
