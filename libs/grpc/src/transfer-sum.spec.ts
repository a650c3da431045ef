import { TransferSum } from './transfer-sum';

const sumOf = (...chunks: string[]) => {
  const sum = new TransferSum();
  for (const chunk of chunks) sum.add(Buffer.from(chunk));
  return sum;
};

test('the split into chunks makes no difference', () => {
  expect(() => sumOf('ab', 'c').assertWhole(sumOf('a', '', 'bc').end, 3)).not.toThrow();
  expect(() => sumOf().assertWhole(sumOf().end)).not.toThrow();
});

test.each([
  ['no end', sumOf('abc'), undefined, undefined],
  ['fewer bytes', sumOf('ab'), sumOf('abc').end, undefined],
  ['more bytes', sumOf('abcd'), sumOf('abc').end, undefined],
  ['other bytes', sumOf('abd'), sumOf('abc').end, undefined],
  ['half a checksum', sumOf('abc'), { size: 3, sha256: sumOf('abc').sha256.subarray(0, 16) }, undefined],
  ['a size other than announced', sumOf('abc'), sumOf('abc').end, 4],
])('%s is incomplete', (_what, sum, end, announced) => {
  expect(() => sum.assertWhole(end, announced)).toThrow(expect.objectContaining({ code: 'TRANSFER_INCOMPLETE' }));
});
