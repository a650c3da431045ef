import { TopicReader } from './topic-reader';

/** Hashes of org.apache.kafka.common.utils.UtilsTest, so every client computes the same partitions. */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('a key maps to the same partition as in Java: %s', (key, murmur2) => {
  const reader = new TopicReader({ brokers: ['127.0.0.1:1'], clientId: 'test' });
  for (const partitions of [1, 6, 7]) {
    expect(reader.partitionFor({ name: 'any', partitions }, key)).toBe((murmur2 & 0x7fffffff) % partitions);
  }
});
