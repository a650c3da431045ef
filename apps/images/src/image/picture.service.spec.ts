import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { identify } from './picture-file';
import { PictureService } from './picture.service';
import { renditionPlans } from './rendition';

const pictures = new PictureService();
const identified = async (bytes: Buffer) => identify(bytes);
const photo = (name: string) => readFile(`${__dirname}/../../../../assets/photos/${name}`);
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });

test.each([
  ['chelsea.png', { contentType: 'image/png', width: 451, height: 300 }],
  ['rocket.jpg', { contentType: 'image/jpeg', width: 640, height: 427 }],
])('the format of %s is detected from its bytes', async (name, expected) => {
  expect(await identified(await photo(name))).toEqual(expected);
});

test.each([
  ['an empty file', Buffer.alloc(0)],
  ['text', Buffer.from('not a picture')],
  ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['a header without a body', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
])('%s is not a picture', async (_what, bytes) => {
  await expect(identified(bytes)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
});

test("formats we don't print are refused even if sharp could read them", async () => {
  await identified(await photo('rocket.jpg'));
  const bytes = await plain(9, 9).gif().toBuffer();
  await expect(identified(bytes)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
});

test('a small file of more than 100 megapixels is refused before decoding', async () => {
  const bytes = await sharp({ create: { width: 10_001, height: 10_000, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  expect(bytes.length).toBeLessThan(1024 * 1024);
  await expect(identified(bytes)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
  await expect(pictures.render(bytes, renditionPlans.thumbnail)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
});

/** A JPEG whose header claims this size. */
async function jpegOf(width: number, height: number): Promise<Buffer> {
  const bytes = await plain(8, 8).flatten().jpeg().toBuffer();
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

test('the error for a photo of 108 megapixels has its size and the limit', async () => {
  await expect(identified(await jpegOf(12_032, 9_024))).rejects.toMatchObject({
    code: 'PICTURE_TOO_LARGE',
    message: 'the picture has 12032 × 9024 pixels, that is 108.6 megapixels; at most 100 can be printed',
  });
  expect(await identified(await jpegOf(10_000, 10_000))).toMatchObject({ width: 10_000, height: 10_000 });
});

test('a rendition fits its box, keeps its aspect ratio and is never enlarged', async () => {
  const bytes = await photo('rocket.jpg');
  expect(await pictures.render(bytes, renditionPlans.thumbnail)).toMatchObject({ width: 200, height: 133 });
  expect(await pictures.render(bytes, renditionPlans.print)).toMatchObject({ width: 640, height: 427 });
});

test('a rotated picture is turned upright and loses its metadata', async () => {
  const bytes = await plain(30, 20).flatten().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  expect(await identified(bytes)).toMatchObject({ width: 20, height: 30 });
  const rendition = await pictures.render(bytes, renditionPlans.preview);
  expect(rendition).toMatchObject({ contentType: 'image/jpeg', width: 20, height: 30 });
  const { orientation, exif } = await sharp(rendition.bytes).metadata();
  expect([orientation, exif]).toEqual([undefined, undefined]);
});

test('transparent pixels become white', async () => {
  const { bytes } = await pictures.render(await plain(8, 8).png().toBuffer(), renditionPlans.thumbnail);
  const { channels } = await sharp(bytes).stats();
  expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
});

test('rendering rejects damaged pixels', async () => {
  const bytes = await photo('rocket.jpg');
  await expect(pictures.render(bytes.subarray(0, bytes.length / 2), renditionPlans.thumbnail)).rejects.toMatchObject({
    code: 'NOT_A_PICTURE',
  });
});

test('one decoding serves all renditions', async () => {
  const pixels = await pictures.shrink(await plain(3_000, 2_001).flatten().jpeg().toBuffer());
  expect(pixels.raw).toEqual({ width: 2_400, height: 1_601, channels: 3 });
  const sizes = await Promise.all(Object.values(renditionPlans).map((plan) => pictures.encode(pixels, plan)));
  expect(sizes.map(({ width, height }) => [width, height])).toEqual([
    [200, 133],
    [1024, 683],
    [2400, 1601],
  ]);
});

test.each([
  ['grey', () => plain(30, 20).flatten().greyscale().png()],
  ['16 bits', () => plain(30, 20).toColourspace('rgb16').png()],
  ['CMYK', () => plain(30, 20).flatten().toColourspace('cmyk').jpeg()],
])('a picture in %s is rendered', async (_what, picture) => {
  const { bytes } = await pictures.render(await picture().toBuffer(), renditionPlans.preview);
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 30, height: 20, depth: 'uchar' });
});
