import { untilIdle } from './work-in-progress.ts';

test('a database that cannot be queried is not idle', async () => {
  const { left } = await untilIdle('postgres://nobody@127.0.0.1:1/none', 0);
  expect(Object.keys(left)).toEqual([expect.stringMatching(/^unknown: .*ECONNREFUSED/)]);
});
