/** Small files whose texts, profiles, frames or scans unpack into gigabytes: nothing of that is unpacked. */
import { limits } from '@halftone/contracts';
import sharp from 'sharp';
import { chunk, deflated, segment, withChunks, withSegments, zeros } from './picture-file.fixture';
import { identify } from './picture-file';
import { decoderInput, PictureService } from './picture.service';
import { renditionPlans } from './rendition';

const pictures = new PictureService();
const plain = () => sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } });
const bomb = zeros(40 * 2 ** 20);
const texts = (kind: string) => Array.from({ length: 60 }, (_, n) => deflated(kind, `k${n}`, bomb));

/** CPU seconds that this takes. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

let png: Buffer;
beforeAll(async () => {
  png = await plain().png().toBuffer();
  // The decoder is loaded.
  await pictures.render(png, renditionPlans.thumbnail);
});

test.each(['zTXt', 'iTXt', 'iCCP', 'prVt'])(
  '60 chunks %s of 40 MiB each are neither inflated nor decoded',
  async (kind) => {
    const bytes = withChunks(png, ...texts(kind));
    expect(bytes.length).toBeGreaterThan(2e6);
    expect(await cpuOf(() => identify(bytes))).toBeLessThan(0.5);
    expect(await cpuOf(() => pictures.render(bytes, renditionPlans.thumbnail))).toBeLessThan(1);
    expect(decoderInput(bytes)).toEqual(decoderInput(png));
  },
);

test('a colour profile is kept, one that inflates into more than any profile is left out', async () => {
  const profiled = await plain().withIccProfile('p3').png().toBuffer();
  expect((await sharp(decoderInput(profiled)).metadata()).icc?.toString('latin1', 36, 40)).toBe('acsp');
  expect(decoderInput(withChunks(png, deflated('iCCP', 'x', bomb)))).toEqual(decoderInput(png));
  expect(decoderInput(withChunks(png, deflated('iCCP', 'x', Buffer.from('damaged'))))).toEqual(decoderInput(png));
});

test('a file of a million chunks or segments is refused', async () => {
  const refusal = { code: 'PICTURE_TOO_LARGE', message: expect.stringContaining('more than 10000') };
  const jpeg = await plain().jpeg().toBuffer();
  const million = (part: Buffer) => Buffer.alloc(part.length * 1e6, part);
  const files = [
    withChunks(png, million(chunk('tEXt', Buffer.from('a\0b')))),
    Buffer.concat([png.subarray(0, -12), million(chunk('IDAT', Buffer.alloc(0)))]),
    withSegments(jpeg, million(segment(0xfe, Buffer.alloc(0)))),
  ];
  for (const file of files) {
    expect(await cpuOf(() => expect(() => identify(file)).toThrow(expect.objectContaining(refusal)))).toBeLessThan(0.5);
  }
});

test('what a JPEG carries beside its pixels does not reach the decoder; its profile and orientation do', async () => {
  const jpeg = await plain()
    .withIccProfile('p3')
    .withExif({ IFD0: { Copyright: 'x' } })
    .jpeg()
    .toBuffer();
  const long = Buffer.alloc(65_000);
  const extra = [0xe1, 0xe2, 0xe3, 0xed, 0xfe].map((marker) => segment(marker, long));
  expect(decoderInput(withSegments(jpeg, ...extra))).toEqual(jpeg);
  expect(decoderInput(Buffer.concat([jpeg, long]))).toEqual(jpeg);
});

test('a JPEG of more scans than any encoder writes is refused', async () => {
  const jpeg = await plain().jpeg({ progressive: true }).toBuffer();
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scans = (count: number) =>
    Buffer.concat([jpeg.subarray(0, last), ...Array<Buffer>(count).fill(jpeg.subarray(last, -2)), jpeg.subarray(-2)]);
  expect(identify(scans(1))).toMatchObject({ width: 30 });
  expect(() => identify(scans(limits.pictureScans.value))).toThrow(
    expect.objectContaining({ code: 'PICTURE_TOO_LARGE', message: expect.stringContaining('more than 64 scans') }),
  );
});

test('a JPEG that stores each colour in a scan of its own counts as one that is in memory as a whole', async () => {
  const jpeg = await plain().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(8_000, frame + 5);
  jpeg.writeUInt16BE(8_000, frame + 7);
  expect(identify(jpeg)).toMatchObject({ width: 8_000 });
  jpeg[jpeg.indexOf(Buffer.from([0xff, 0xda])) + 4] = 1;
  expect(() => identify(jpeg)).toThrow(expect.objectContaining({ code: 'PICTURE_TOO_LARGE' }));
});

test('markers all over the pixels cost one pass', async () => {
  const jpeg = await plain().jpeg().toBuffer();
  for (const fill of ['ff00', 'ffff', 'ffd0']) {
    const bytes = Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(20e6, fill, 'hex')]);
    expect(await cpuOf(() => identify(bytes))).toBeLessThan(0.5);
  }
});

test('of an animated WebP only the first frame reaches the decoder', async () => {
  const frames = Buffer.concat(Array.from({ length: 50 }, (_, n) => Buffer.alloc(30 * 20 * 3, n * 5)));
  const animated = await sharp(frames, { raw: { width: 30, height: 1_000, channels: 3, pageHeight: 20 } })
    .webp({ loop: 0 })
    .toBuffer();
  expect((await sharp(animated, { animated: true }).metadata()).pages).toBeGreaterThan(40);
  const { pages = 1 } = await sharp(decoderInput(animated), { animated: true }).metadata();
  expect(pages).toBe(1);
  expect(await pictures.render(animated, renditionPlans.thumbnail)).toMatchObject({ width: 30, height: 20 });
});

test('a WebP loses its texts and keeps its profile', async () => {
  const webp = await plain().withIccProfile('p3').withXmp('<x/>').webp().toBuffer();
  expect((await sharp(webp).metadata()).xmp?.toString()).toBe('<x/>');
  const { xmp, icc } = await sharp(decoderInput(webp)).metadata();
  expect(xmp).toBeUndefined();
  expect(icc?.toString('latin1', 36, 40)).toBe('acsp');
});

test.each(['png', 'jpeg', 'webp'] as const)(
  'a %s that lies on its side is known as such and stood up',
  async (format) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = await plain().withMetadata({ orientation }).toFormat(format).toBuffer();
      const upright = orientation < 5 ? { width: 30, height: 20 } : { width: 20, height: 30 };
      expect(identify(bytes)).toEqual({ contentType: `image/${format}`, ...upright });
      expect(await pictures.render(bytes, renditionPlans.thumbnail)).toMatchObject(upright);
    }
  },
);

test.each(['png', 'jpeg', 'webp'] as const)(
  'a %s that is cut anywhere is refused or taken, and never anything else',
  async (format) => {
    const bytes = await plain().withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    for (let length = 0; length < bytes.length; length++) {
      const answer = (() => {
        try {
          return identify(bytes.subarray(0, length)).width;
        } catch (error) {
          return (error as { code?: string }).code;
        }
      })();
      expect(['NOT_A_PICTURE', 20, 30]).toContain(answer);
    }
  },
);
