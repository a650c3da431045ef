import { imagesV1 } from '@halftone/contracts';
import { TransferSum } from '@halftone/grpc';
import { DomainError } from '@halftone/kernel';

/** Maximum chunk size of the contract. */
const chunkBytes = 64 * 1024;

/**
 * The messages of an upload: header, chunks of at most 64 KiB, end. Reads only as fast as the consumer, so at most one
 * piece of a photo is in memory. Throws BODY_TOO_LARGE at the first byte beyond `limit`. If the client disconnects, `bytes`
 * throws: then there is no end message, and the service stores nothing.
 */
export async function* uploadRequests(
  header: imagesV1.UploadImageHeader,
  bytes: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<imagesV1.UploadImageRequest> {
  yield { header };
  const sum = new TransferSum();
  for await (const piece of bytes) {
    if (sum.size + piece.length > limit) throw tooLarge(limit);
    sum.add(piece);
    for (let at = 0; at < piece.length; at += chunkBytes) yield { chunk: piece.subarray(at, at + chunkBytes) };
  }
  yield { end: sum.end };
}

export const tooLarge = (limit: number) => new DomainError('BODY_TOO_LARGE', `a photo may have at most ${limit} bytes`);
