import { imagesV1, limits } from '@halftone/contracts';
import type { RequestSchemas } from '@halftone/grpc';
import { fields } from '@halftone/service';
import { z } from 'zod';

const { anyId, idempotencyKey, pageLimit, cursor } = fields;

/** Bytes are bounded elsewhere: by the message size, the photo size and the upload capacity. */
const bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const size = z.int().min(0);

const header = z.object({
  contentType: z.string().max(255),
  fileName: z.string().max(1024),
  idempotencyKey,
  size: size.optional(),
});

export const imagesRequests: RequestSchemas<typeof imagesV1.ImagesServiceService> = {
  uploadImage: z.object({
    header: header.optional(),
    chunk: bytes.optional(),
    end: z.object({ size, sha256: bytes }).optional(),
  }),
  getImage: z.object({ id: anyId }),
  cancelImage: z.object({ id: anyId }),
  listImages: z.object({ limit: pageLimit.optional(), cursor }),
  downloadImage: z.object({ id: anyId, rendition: z.string().max(64) }),
  filterPrintable: z.object({ ids: z.array(anyId).max(limits.orderLines.value) }),
};
