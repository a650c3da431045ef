import { setImmediate } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { writeOncePerTurn } from './write-once-per-turn';

/** A stream that notes what reached it together. */
function noting(): { stream: Writable; calls: string[][] } {
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

test('what is written in one turn leaves together and in order, what comes in the next turn by itself', async () => {
  const { stream, calls } = noting();
  stream.write('a');
  stream.write('b');
  await setImmediate();
  stream.write('c');
  await setImmediate();
  expect(calls).toEqual([['a', 'b'], ['c']]);
});

test('what was written before the end still leaves', async () => {
  const { stream, calls } = noting();
  stream.write('a');
  stream.end('b');
  await setImmediate();
  expect(calls.flat()).toEqual(['a', 'b']);
});
