/** Pictures that need more memory than their headers suggest kill only the renderer process. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { limits } from '@halftone/contracts';
import sharp from 'sharp';
import { renditionPlans } from '../image/rendition';
import { Renderer } from './renderer.service';
import { builtRenderer } from './renderer.fixture';

jest.setTimeout(60_000);

const mebibyte = 2 ** 20;
/** A renderer that has decoded a small photo has about 70 MiB. */
const memoryBytes = 128 * mebibyte;
const { thumbnail } = renditionPlans;
const small = () => readFile(`${__dirname}/../../../../assets/photos/rocket.jpg`);

let renderer: Renderer;
let ample: Renderer;
let bomb: Buffer;
/** The largest accepted picture. */
let largest: Buffer;
const largestSize = { width: 20_000, height: 1_870 };

beforeAll(async () => {
  const options = await builtRenderer();
  renderer = new Renderer({ ...options, memoryBytes });
  ample = new Renderer(options);
  // 36 megapixels, whose coefficients take 216 MB.
  bomb = await sharp({ create: { width: 6_000, height: 6_000, channels: 3, background: 'red' } })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  largest = await sharp({ create: { ...largestSize, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } })
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 1 })
    .toBuffer();
});
afterAll(() => {
  renderer.stop();
  ample.stop();
});

async function* parts(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const open = (by: Renderer, bytes: Buffer) => by.open(bytes.length, parts(bytes));

/** Memory of a process in bytes, now or the most it ever had (proc_pid_status(5)). */
function memoryOf(pid: number, line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} has ended`);
  return Number(kibibytes) * 1024;
}

/** Samples the memory until the process ends. */
function watch(pid: number): { most: () => number } {
  let most = 0;
  const timer = setInterval(() => {
    try {
      most = Math.max(most, memoryOf(pid, 'VmHWM'));
    } catch {
      // The process has ended.
      clearInterval(timer);
    }
  }, 2);
  return { most: () => most };
}

const pidOf = (by: Renderer) => by.pid ?? 0;

test('the same process renders several small photos', async () => {
  const bytes = await small();
  const pids = new Set<number>();
  for (let n = 0; n < 3; n++) {
    const photo = await open(renderer, bytes);
    expect(await photo.render(thumbnail)).toMatchObject({ contentType: 'image/jpeg', width: 200, height: 133 });
    pids.add(pidOf(renderer));
    photo.close();
  }
  expect(pids.size).toBe(1);
});

test('a bomb kills the process near its limit and is PICTURE_TOO_LARGE; the next photo is rendered', async () => {
  const before = memoryOf(process.pid, 'VmHWM');
  for (let n = 0; n < 3; n++) {
    const photo = await open(renderer, bomb);
    const { most } = watch(pidOf(renderer));
    await expect(photo.render(thumbnail)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
    await expect(photo.render(thumbnail)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
    photo.close();
    expect(most()).toBeGreaterThan(100 * mebibyte);
    expect(most()).toBeLessThan(memoryBytes + 100 * mebibyte);
    const next = await open(renderer, await small());
    expect(await next.render(thumbnail)).toMatchObject({ width: 200 });
    next.close();
  }
  // Nothing was decoded in this process.
  expect(memoryOf(process.pid, 'VmHWM') - before).toBeLessThan(100 * mebibyte);
});

test('a picture that takes too much time kills the process and is PICTURE_TOO_LARGE; the next photo is rendered', async () => {
  const hasty = new Renderer({ ...(await builtRenderer()), cpuMs: 500 });
  try {
    const photo = await open(hasty, largest);
    await expect(photo.render(thumbnail)).rejects.toMatchObject({
      code: 'PICTURE_TOO_LARGE',
      message: 'decoding the picture takes more than 0.5 s',
    });
    photo.close();
    const next = await open(hasty, await small());
    expect(await next.render(thumbnail)).toMatchObject({ width: 200 });
    next.close();
  } finally {
    hasty.stop();
  }
});

test('the largest accepted picture fits into the memory limit, and the next photo has as much memory', async () => {
  expect(largestSize.width * largestSize.height * 4 * 2).toBeGreaterThan(0.99 * limits.pictureDecoded.value);
  const photo = await open(ample, largest);
  const { most } = watch(pidOf(ample));
  expect(await photo.render(thumbnail)).toMatchObject({ width: 200 });
  expect(most()).toBeGreaterThan(limits.pictureDecoded.value);
  expect(most()).toBeLessThan(limits.decodeMemory.value);
  photo.close();
  const next = await open(ample, await small());
  expect(await next.render(thumbnail)).toMatchObject({ width: 200 });
  expect(memoryOf(pidOf(ample), 'VmRSS')).toBeLessThan(160 * mebibyte);
  next.close();
});

test('errors keep their code', async () => {
  const photo = await open(renderer, Buffer.from('not a picture'));
  await expect(photo.render(thumbnail)).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
  photo.close();
});

test('if the renderer is killed from outside, its rendering is UNAVAILABLE and a new process takes over', async () => {
  const photo = await open(renderer, bomb);
  const rendering = photo.render(thumbnail);
  process.kill(pidOf(renderer), 'SIGKILL');
  await expect(rendering).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const next = await open(renderer, await small());
  expect(await next.render(thumbnail)).toMatchObject({ width: 200 });
  next.close();
});

test('the renderer inherits no environment variables', async () => {
  const photo = await open(renderer, await small());
  const environment = readFileSync(`/proc/${pidOf(renderer)}/environ`, 'latin1')
    .split('\0')
    .filter(Boolean);
  expect(environment.map((line) => line.split('=', 1)[0]).toSorted()).toEqual([
    'MALLOC_ARENA_MAX',
    'NODE_CHANNEL_FD',
    'NODE_CHANNEL_SERIALIZATION_MODE',
  ]);
  photo.close();
});
