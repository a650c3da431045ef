import { armFailpoints, failpoint, parseFailpoints } from './failpoint';

afterEach(() => armFailpoints(''));

test('faults are parsed from one line', () => {
  expect(parseFailpoints('a.b=kill; c=delay:500;d=error*2')).toEqual(
    new Map([
      ['a.b', { fault: { kind: 'kill' }, left: Infinity }],
      ['c', { fault: { kind: 'delay', ms: 500 }, left: Infinity }],
      ['d', { fault: { kind: 'error' }, left: 2 }],
    ]),
  );
});

test.each(['a', 'a=', 'a=explode', 'a=delay', 'a=error*'])('%s is invalid', (text) => {
  expect(parseFailpoints(text)).toBeUndefined();
});

test('an error fires as often as its count, and only at its failpoint', async () => {
  armFailpoints('here=error*1');
  await failpoint('there');
  await expect(failpoint('here')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await failpoint('here');
});

test('the `after` promise is awaited only where a fault is armed', async () => {
  const happened = Promise.withResolvers<void>();
  armFailpoints('here=error');
  await failpoint('there', happened.promise);
  let fired = false;
  const fires = failpoint('here', happened.promise).catch(() => (fired = true));
  await Promise.resolve();
  expect(fired).toBe(false);
  happened.resolve();
  expect(await fires).toBe(true);
});

test('a delay delays', async () => {
  armFailpoints('here=delay:30');
  const before = performance.now();
  await failpoint('here');
  expect(performance.now() - before).toBeGreaterThanOrEqual(28);
});
