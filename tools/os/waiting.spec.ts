import { eventually } from './waiting.ts';

test('waiting ends with the thing, or says what it waited for', async () => {
  let asked = 0;
  await expect(eventually('three', () => (++asked === 3 ? asked : undefined), { everyMs: 1 })).resolves.toBe(3);
  await expect(eventually('a stranger', () => undefined, { withinMs: 5, everyMs: 1 })).rejects.toThrow('a stranger');
});
