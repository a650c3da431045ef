import type { imagesV1 } from '@halftone/contracts';

/** The bytes that follow the header. A reader that stops early ends the call behind it, too. */
export async function* chunksOf(messages: AsyncIterator<imagesV1.DownloadImageResponse>): AsyncGenerator<Buffer> {
  try {
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      if (next.value.chunk) yield next.value.chunk;
    }
  } finally {
    await messages.return?.();
  }
}
