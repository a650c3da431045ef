import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { PictureSharp } from './picture.sharp';
import { renditionPlans } from './rendition';

const pictures = new PictureSharp();
const photo = (name: string) => readFile(`${__dirname}/../../../../assets/photos/${name}`);
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });

test.each([
  ['chelsea.png', { contentType: 'image/png', width: 451, height: 300 }],
  ['rocket.jpg', { contentType: 'image/jpeg', width: 640, height: 427 }],
])('%s is known by its bytes', async (name, expected) => {
  expect(await pictures.identify(await photo(name))).toEqual(expected);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('not a picture')],
  ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['a head without a body', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
])('%s is not a picture', async (_what, bytes) => {
  await expect(pictures.identify(bytes)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
});

test('formats that are not printed are refused even if sharp could read them', async () => {
  await pictures.identify(await photo('rocket.jpg'));
  const bytes = await plain(9, 9).gif().toBuffer();
  await expect(pictures.identify(bytes)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
});

test('a small file that unpacks into more than 100 megapixels is refused unopened', async () => {
  const bytes = await sharp({ create: { width: 10_001, height: 10_000, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  expect(bytes.length).toBeLessThan(1024 * 1024);
  await expect(pictures.identify(bytes)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
});

test('a rendition fits its box, keeps its shape and never grows', async () => {
  const bytes = await photo('rocket.jpg');
  expect(await pictures.render(bytes, renditionPlans.thumbnail)).toMatchObject({ width: 200, height: 133 });
  expect(await pictures.render(bytes, renditionPlans.print)).toMatchObject({ width: 640, height: 427 });
});

test('a picture that lies on its side is stood up, and loses its metadata', async () => {
  const bytes = await plain(30, 20).flatten().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  expect(await pictures.identify(bytes)).toMatchObject({ width: 20, height: 30 });
  const rendition = await pictures.render(bytes, renditionPlans.preview);
  expect(rendition).toMatchObject({ contentType: 'image/jpeg', width: 20, height: 30 });
  const { orientation, exif } = await sharp(rendition.bytes).metadata();
  expect([orientation, exif]).toEqual([undefined, undefined]);
});

test('what was transparent becomes paper', async () => {
  const { bytes } = await pictures.render(await plain(8, 8).png().toBuffer(), renditionPlans.thumbnail);
  const { channels } = await sharp(bytes).stats();
  expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
});

test('damaged pixels are found when rendering', async () => {
  const bytes = await photo('rocket.jpg');
  await expect(pictures.render(bytes.subarray(0, bytes.length / 2), renditionPlans.thumbnail)).rejects.toMatchObject({
    code: 'NOT_A_PICTURE',
  });
});
