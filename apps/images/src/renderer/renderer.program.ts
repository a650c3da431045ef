/**
 * The renderer process. It only decodes pictures: it has no secrets in its environment and no connection except to its
 * parent. When it exceeds its limit of memory or time, it says so
 * and kills itself. It ends with its parent.
 */
import { setPriority } from 'node:os';
import { isDomainError } from '@halftone/kernel';
import { PictureService, type Pixels } from '../image/picture.service';
import type { FromRenderer, ToRenderer } from './renderer.schema';

// Decoding takes seconds of CPU, so requests get priority. Decoder threads start later and inherit this.
setPriority(19);

const [memoryBytes = 0, cpuMs = 0] = process.argv.slice(2).map(Number);
/** Memory grows by at most 1 GB/s, so the limit is exceeded by a few megabytes only. */
const checkEveryMs = 10;
interface Photo {
  bytes: Buffer;
  received: number;
  /** Decoded for the first rendition and kept for the others. */
  pixels?: Promise<Pixels>;
}

const photos = new Map<number, Photo>();
const pictures = new PictureService();

const die = () => process.kill(process.pid, 'SIGKILL');
const send = (message: FromRenderer, then = () => {}) => void process.send?.(message, then);

function receive({ photo, bytes }: ToRenderer & { kind: 'part' }): void {
  const { bytes: all, received } = known(photo);
  all.set(bytes, received);
  photos.set(photo, { bytes: all, received: received + bytes.length });
}

function known(photo: number): Photo {
  const found = photos.get(photo);
  if (!found) throw new Error(`photo ${photo} is not open`);
  return found;
}

/** Counts processor time, because a picture is not to blame for waiting for a processor. */
function exceeded(before: NodeJS.CpuUsage): 'too-much-memory' | 'too-much-time' | undefined {
  if (process.memoryUsage.rss() > memoryBytes) return 'too-much-memory';
  const { user, system } = process.cpuUsage(before);
  return user + system > cpuMs * 1_000 ? 'too-much-time' : undefined;
}

async function render({ photo, request, plan }: ToRenderer & { kind: 'render' }): Promise<void> {
  const before = process.cpuUsage();
  const watch = setInterval(() => {
    const kind = exceeded(before);
    if (!kind) return;
    clearInterval(watch);
    send({ kind }, die);
  }, checkEveryMs);
  try {
    const opened = known(photo);
    opened.pixels ??= pictures.shrink(opened.bytes);
    const picture = await pictures.encode(await opened.pixels, plan);
    send({ kind: 'rendered', request, picture, rss: process.memoryUsage.rss() });
  } catch (error) {
    send({ kind: 'refused', request, ...refusalOf(error) });
  } finally {
    clearInterval(watch);
  }
}

const refusalOf = (error: unknown) =>
  isDomainError(error)
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL' as const, message: error instanceof Error ? error.message : String(error) };

process.on('message', (message: ToRenderer) => {
  switch (message.kind) {
    case 'open':
      return void photos.set(message.photo, { bytes: Buffer.alloc(message.size), received: 0 });
    case 'part':
      return receive(message);
    case 'render':
      return void render(message);
    case 'close':
      return void photos.delete(message.photo);
  }
});
process.on('disconnect', die);
// The parent decides when to stop, even if Ctrl-C reaches both.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
