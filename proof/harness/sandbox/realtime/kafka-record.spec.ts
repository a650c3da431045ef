import { bodyOf, encodeRecords } from './kafka-record.ts';

test('a record is its length, no attributes, no time, its place, key, value and headers, each with its length', () => {
  const [key, value] = [Buffer.from('k'), Buffer.from('ab')];
  expect([...encodeRecords([bodyOf('k', value, { h: 'x' })])]).toEqual([
    ...[26, 0, 0, 0],
    ...[2, ...key, 4, ...value],
    ...[2, 2, ...Buffer.from('h'), 2, ...Buffer.from('x')],
  ]);
});

test('lengths and places beyond 63 take more bytes', () => {
  const bytes = encodeRecords(Array<Buffer>(301).fill(bodyOf('', new Uint8Array(100), {})));
  expect([...bytes.subarray(0, 7)]).toEqual([0xd6, 0x01, 0, 0, 0, 0, 0xc8]);
  expect([...bytes.subarray(-108, -102)]).toEqual([0, 0, 0xd8, 0x04, 0, 0xc8]);
});
