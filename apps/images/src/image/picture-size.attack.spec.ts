/** Decompression bombs: small files that decode into gigabytes, detected by their headers alone. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { chunk } from './picture-file.fixture';
import { identify } from './picture-file';
import { PictureService } from './picture.service';
import { decodedBytes, type PictureHeader } from './picture-size';

const pictures = new PictureService();
const identified = async (bytes: Buffer) => identify(bytes);

const colours = { rgb: 2, rgba: 6 } as const;

/** A PNG whose header claims this size; its pixels are missing. */
function pngOf(width: number, height: number, colour: keyof typeof colours, bits: 8 | 16, interlaced: boolean): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, colours[colour], 0, 0, Number(interlaced)], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(16)));
  return Buffer.concat([signature, chunk('IHDR', head), pixels, chunk('IEND', Buffer.alloc(0))]);
}

test.each([
  [
    'interlaced 16-bit RGBA, one side a million',
    () => pngOf(999_999, 100, 'rgba', 16, true),
    'a side may have at most 20000',
  ],
  ['a narrow strip', () => pngOf(1, 20_001, 'rgb', 8, false), 'a side may have at most 20000'],
  ['interlaced 16-bit RGBA within all sides', () => pngOf(10_000, 10_000, 'rgba', 16, true), 'unpacks into 800 MB'],
  ['16-bit RGBA that is not interlaced', () => pngOf(10_000, 10_000, 'rgba', 16, false), 'with 8 bits a channel'],
  ['more than 100 megapixels', () => pngOf(10_001, 10_000, 'rgb', 8, false), 'at most 100 can be printed'],
])('upload and worker refuse %s', async (_what, bytes, message) => {
  const refusal = { code: 'PICTURE_TOO_LARGE', message: expect.stringContaining(message) };
  await expect(identified(bytes())).rejects.toMatchObject(refusal);
  await expect(pictures.render(bytes(), { box: 200, quality: 80, progress: 25 })).rejects.toMatchObject(refusal);
});

test.each([
  ['100 megapixels, interlaced', () => pngOf(10_000, 10_000, 'rgb', 8, true)],
  ['37 megapixels of 16-bit RGBA', () => pngOf(6_100, 6_100, 'rgba', 16, true)],
  ['the longest side', () => pngOf(20_000, 5_000, 'rgb', 8, false)],
])('%s is accepted', async (_what, bytes) => {
  expect(await identified(bytes())).toMatchObject({ contentType: 'image/png' });
});

const jpeg: PictureHeader = {
  ...{ width: 1_000, height: 1_000, channels: 3, depth: 'uchar' },
  ...{ format: 'jpeg', isProgressive: true, chromaSubsampling: '4:4:4' },
};

test.each<[string, Partial<PictureHeader>, number]>([
  ['a JPEG', { isProgressive: false }, 3e6],
  ['a progressive JPEG', {}, 6e6],
  ['a progressive JPEG with 4:2:0 chroma', { chromaSubsampling: '4:2:0' }, 3e6],
  ['a progressive JPEG with unknown chroma subsampling', { chromaSubsampling: '4:1:0' }, 6e6],
  ['a grey PNG', { format: 'png', channels: 1 }, 1e6],
  ['a 16-bit PNG', { format: 'png', depth: 'ushort' }, 6e6],
  ['an unknown sample type', { format: 'png', depth: 'other' }, 24e6],
])('the decoded size of %s with one megapixel', (_what, differs, bytes) => {
  expect(decodedBytes({ ...jpeg, ...differs })).toBe(bytes);
});

test('a progressive JPEG is detected by its header', async () => {
  const bytes = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
    .jpeg({ progressive: true })
    .toBuffer();
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc2]));
  bytes.writeUInt16BE(10_000, frame + 5);
  bytes.writeUInt16BE(10_000, frame + 7);
  expect(await identified(bytes)).toMatchObject({ width: 10_000 });
  // Full chroma resolution: the sampling factors of the first component become 1 × 1.
  bytes[frame + 11] = 0x11;
  await expect(identified(bytes)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
});
