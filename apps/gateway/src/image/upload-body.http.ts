import type { Readable } from 'node:stream';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { EdgeRequest } from '../http/reply';
import { filesOf, type FormFile, invalid } from './upload-form.http';
import { tooLarge } from './upload.grpc';

export interface Upload {
  contentType: string;
  fileName: string;
  /** Announced size in bytes, if the client sent Content-Length. */
  size?: number;
  bytes: AsyncIterable<Buffer>;
}

/** Reads a body at the read rate of its customer. */
export type RateLimit = (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

const formBytes = limits.formBytes.value;

/** Finds the photo in the request: the body itself, or the form part named "file". */
export async function uploadOf({ headers, body }: EdgeRequest, limit: number, limited: RateLimit): Promise<Upload> {
  const type = String(headers['content-type']);
  const contentType = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  const bytes = limited(bytesOf(body as Readable));
  if (contentType === 'multipart/form-data') {
    if ((length ?? 0) > limit + formBytes) throw tooLarge(limit);
    return uploadOfForm(filesOf(atMost(bytes, limit), type));
  }
  if (!contentType.startsWith('image/'))
    throw new DomainError(
      'UNSUPPORTED_MEDIA_TYPE',
      'send the photo as image/* or as the field "file" of multipart/form-data',
    );
  if ((length ?? 0) > limit) throw tooLarge(limit);
  return { contentType, fileName: '', ...(length !== undefined && { size: length }), bytes };
}

async function uploadOfForm(files: AsyncGenerator<FormFile>): Promise<Upload> {
  const { value: file } = (await files.next()) as { value: FormFile | undefined };
  if (file?.field === 'file')
    return { contentType: file.contentType, fileName: file.fileName, bytes: onlyFile(file.bytes, files) };
  await files.return(undefined);
  throw invalid('the form has no file', 'a file in the field "file" is required');
}

/** The bytes of a form's file. Throws if the form is cut off or has a second file, so that nothing is stored. */
async function* onlyFile(bytes: Readable, files: AsyncGenerator<FormFile>): AsyncGenerator<Buffer> {
  try {
    yield* bytes as AsyncIterable<Buffer>;
    const second = await files.next();
    if (!second.done) throw invalid('the form has more than one file', 'one file at a time');
  } finally {
    await files.return(undefined);
  }
}

async function* atMost(bytes: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > limit + formBytes) throw tooLarge(limit);
    yield piece;
  }
}

/**
 * The pieces of the stream. Stopping early does not destroy the stream, because the answer uses the same connection. The
 * rest of the body is read and discarded, so that the client can read the error.
 */
async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } finally {
    stream.resume();
  }
}
