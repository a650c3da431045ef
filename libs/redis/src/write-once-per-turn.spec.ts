import { setImmediate } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { writeOncePerTurn } from './write-once-per-turn';

/** A stream that records the chunks of each write call. */
function recording(): { stream: Writable; calls: string[][] } {
  const calls: string[][] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _, done) => {
      calls.push([chunk]);
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  writeOncePerTurn(stream);
  return { stream, calls };
}

test('writes of one turn are sent together and in order; those of the next turn separately', async () => {
  const { stream, calls } = recording();
  stream.write('a');
  stream.write('b');
  await setImmediate();
  stream.write('c');
  await setImmediate();
  expect(calls).toEqual([['a', 'b'], ['c']]);
});

test('writes before the end are still sent', async () => {
  const { stream, calls } = recording();
  stream.write('a');
  stream.end('b');
  await setImmediate();
  expect(calls.flat()).toEqual(['a', 'b']);
});
