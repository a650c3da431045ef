import { marker, MarkerCount } from './marker.ts';

const stream = Buffer.from(`head^${marker}a^^b${marker}${marker}^tail`);

test.each([1, 2, 3, 4, 5, 7, 100])('markers are counted however the stream is cut: by %i bytes', (step) => {
  const count = new MarkerCount();
  let added = 0;
  for (let at = 0; at < stream.length; at += step) {
    added += count.add(stream.subarray(at, at + step));
  }
  expect([count.total, added]).toEqual([3, 3]);
});
