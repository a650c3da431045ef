import type { Readable } from 'node:stream';
import { DomainError } from '@halftone/kernel';
import type { EdgeRequest } from '../http/reply';
import { tooLarge } from './upload-request';

/** A request as @fastify/multipart decorates it. */
export interface UploadHttpRequest extends EdgeRequest {
  isMultipart(): boolean;
  file(): Promise<{ fieldname: string; filename: string; mimetype: string; file: Readable } | undefined>;
}

export interface Upload {
  contentType: string;
  fileName: string;
  stream: Readable;
}

/** Where the bytes of a photo come from: the body itself, or the part named "file" of a form. Nothing has been read of it yet. */
export async function uploadOf(request: UploadHttpRequest, limit: number): Promise<Upload> {
  if (request.isMultipart()) return uploadOfForm(request);
  const contentType = String(request.headers['content-type']).split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!contentType.startsWith('image/')) {
    throw new DomainError(
      'UNSUPPORTED_MEDIA_TYPE',
      'send the photo as image/* or as the field "file" of multipart/form-data',
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  return { contentType, fileName: '', stream: request.body as Readable };
}

async function uploadOfForm(request: UploadHttpRequest): Promise<Upload> {
  const part = await request.file();
  if (part?.fieldname === 'file') return { contentType: part.mimetype, fileName: part.filename, stream: part.file };
  part?.file.resume();
  throw new DomainError('VALIDATION_FAILED', 'the form has no file', [
    { path: 'file', message: 'a file in the field "file" is needed' },
  ]);
}

/**
 * The stream as its pieces. Whoever stops early leaves the stream alive, because the answer goes out on the same connection; what is
 * left of the body is read and dropped, else the client could never read why it was refused.
 */
export async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } finally {
    stream.resume();
  }
}
