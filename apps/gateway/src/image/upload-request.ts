import { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** What the contract allows in one message. */
const chunkBytes = 64 * 1024;

/**
 * The upload as the contract's messages: the header, then chunks of at most 64 KiB. It reads only as fast as it is read, so no more
 * than one piece of a photo is in memory, and ends with BODY_TOO_LARGE at the first byte beyond `limit`.
 */
export async function* uploadRequests(
  header: imagesV1.UploadImageHeader,
  bytes: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<imagesV1.UploadImageRequest> {
  yield { header };
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    for (let at = 0; at < piece.length; at += chunkBytes) yield { chunk: piece.subarray(at, at + chunkBytes) };
  }
}

export const tooLarge = (limit: number) => new DomainError('BODY_TOO_LARGE', `a photo may have ${limit} bytes`);
