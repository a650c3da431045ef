import type { imagesV1 } from '@halftone/contracts';
import { TransferSum } from '@halftone/grpc';
import { DomainError } from '@halftone/kernel';
import type { Reservation } from './transfer-capacity.service';

/** One complete upload. Two uploads with one idempotency key are the same if their fingerprints are equal. */
export interface Upload {
  key: string;
  bytes: Buffer;
  fingerprint: string;
}

type Requests = AsyncIterable<imagesV1.UploadImageRequest>;

/**
 * Reads a client's stream: the header, then chunks (hashed on arrival), then the end. Buffers at most `maxBytes`; the first
 * chunk beyond that throws BODY_TOO_LARGE. Reads no chunk before the announced size is reserved, so gRPC flow control stops
 * the client. Throws OVERLOADED if no capacity is free in time. Throws TRANSFER_INCOMPLETE if the end is missing or its size
 * or checksum differ.
 */
export async function readUpload(requests: Requests, maxBytes: number, reservation: Reservation): Promise<Upload> {
  const sum = new TransferSum();
  const chunks: Buffer[] = [];
  let header: imagesV1.UploadImageHeader | undefined;
  let end: imagesV1.TransferEnd | undefined;
  for await (const part of requests) {
    if (end) throw new DomainError('VALIDATION_FAILED', 'no message may follow the end');
    if (!header) {
      header = requireHeader(part.header);
      assertSize(header.size ?? 0, maxBytes);
      if (header.size) await reservation.reserve(header.size);
    } else if (part.chunk) {
      assertSize(sum.size + part.chunk.length, maxBytes);
      reservation.grow(sum.size + part.chunk.length);
      sum.add(part.chunk);
      chunks.push(part.chunk);
    } else if (part.end) end = part.end;
    else throw new DomainError('VALIDATION_FAILED', 'only chunks and the end may follow the header');
  }
  const { idempotencyKey: key, size: announced } = requireHeader(header);
  sum.assertWhole(end, announced);
  return { key, bytes: Buffer.concat(chunks, sum.size), fingerprint: sum.sha256.toString('hex') };
}

function assertSize(size: number, maxBytes: number): void {
  if (size > maxBytes) throw new DomainError('BODY_TOO_LARGE', `a photo may have at most ${maxBytes} bytes`);
}

function requireHeader(header: imagesV1.UploadImageHeader | undefined): imagesV1.UploadImageHeader {
  if (!header) throw new DomainError('VALIDATION_FAILED', 'the first message must be the header');
  if (!header.idempotencyKey) throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'an upload needs an idempotency key');
  return header;
}
