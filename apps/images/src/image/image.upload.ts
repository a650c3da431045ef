import { createHash } from 'node:crypto';
import type { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** One whole upload. The fingerprint is what makes two uploads with one idempotency key the same. */
export interface Upload {
  key: string;
  bytes: Buffer;
  fingerprint: string;
}

type Requests = AsyncIterable<imagesV1.UploadImageRequest>;

/**
 * Reads a client's stream: first the header, then chunks, hashed as they come. Never holds more than `maxBytes`: the first chunk
 * beyond ends the call with BODY_TOO_LARGE, whatever else the client still has to say.
 */
export async function readUpload(requests: Requests, maxBytes: number): Promise<Upload> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let header: imagesV1.UploadImageHeader | undefined;
  let size = 0;
  for await (const { header: found, chunk } of requests) {
    if (!header) {
      header = requireHeader(found);
      continue;
    }
    if (!chunk) throw new DomainError('VALIDATION_FAILED', 'after the header come only chunks');
    size += chunk.length;
    if (size > maxBytes) throw new DomainError('BODY_TOO_LARGE', `a photo may have ${maxBytes} bytes`);
    hash.update(chunk);
    chunks.push(chunk);
  }
  const { idempotencyKey: key } = requireHeader(header);
  return { key, bytes: Buffer.concat(chunks, size), fingerprint: hash.digest('hex') };
}

function requireHeader(header: imagesV1.UploadImageHeader | undefined): imagesV1.UploadImageHeader {
  if (!header) throw new DomainError('VALIDATION_FAILED', 'the first message must be the header');
  if (!header.idempotencyKey) throw new DomainError('IDEMPOTENCY_KEY_MISSING', 'an upload needs an idempotency key');
  return header;
}
