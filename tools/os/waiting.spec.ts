import { comesTrue, eventually } from './waiting.ts';

test('waiting ends with the thing, or says what it waited for', async () => {
  let asked = 0;
  await expect(eventually('three', () => (++asked === 3 ? asked : undefined), { everyMs: 1 })).resolves.toBe(3);
  await expect(eventually('a stranger', () => undefined, { withinMs: 5, everyMs: 1 })).rejects.toThrow('a stranger');
});

test('what comes true in time is true; what does not is false; an abort rejects', async () => {
  const { signal } = new AbortController();
  let asked = 0;
  expect(await comesTrue(() => ++asked >= 3, { withinMs: 5_000, everyMs: 1, signal })).toBe(true);
  expect(await comesTrue(() => false, { withinMs: 5, everyMs: 1, signal })).toBe(false);
  const aborted = comesTrue(() => false, { withinMs: 5_000, signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
});
