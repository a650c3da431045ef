import { z } from 'zod';
import { unboundedIn } from './unbounded';

test('texts and lists without a limit are found at any depth', () => {
  const schema = z.object({
    free: z.string(),
    bounded: z.string().max(3),
    word: z.literal('').or(z.string().regex(/^a{1,3}$/)),
    list: z.array(z.object({ name: z.string() })),
    short: z.array(z.string().max(1)).max(2),
    perhaps: z.object({ note: z.string() }).optional(),
  });
  expect(unboundedIn(schema)).toEqual(['free', 'list', 'list.*.name', 'perhaps.note']);
});
