import { createHash } from 'node:crypto';
import { imagesV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';

/** A newly uploaded photo, as the images service answers it. */
export const image = imagesV1.Image.fromPartial({
  id: uuidv7(),
  customer: 'alice',
  status: imagesV1.ImageStatus.QUEUED,
  contentType: 'image/png',
  size: 10,
  step: 'queued',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  version: 1,
});

/** The last message of a transfer of these bytes. */
export const endOf = (bytes: Buffer): imagesV1.TransferEnd => ({
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest(),
});
