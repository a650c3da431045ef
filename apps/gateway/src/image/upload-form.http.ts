import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { PassThrough, Readable } from 'node:stream';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** A file of a form. The caller must read its bytes before the next file. */
export interface FormFile {
  field: string;
  fileName: string;
  contentType: string;
  bytes: Readable;
}

/** One file more than allowed, so that a second one is detected. */
const parserLimits = { files: 2, fields: limits.formFields.value, fieldSize: 1024, headerPairs: 16 };

/**
 * The files of a form (multipart/form-data, RFC 7578), in order; other fields are dropped. Throws MALFORMED_FORM for an incomplete form,
 * VALIDATION_FAILED beyond the limits, and the errors of `body`. Reads `body` only as fast as the files are read.
 */
export async function* filesOf(body: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<FormFile> {
  const parser = parserOf(contentType);
  const source = Readable.from(body, { objectMode: false });
  const files = new PassThrough({ objectMode: true });
  let current: Readable | undefined;
  const fail = (cause: unknown) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    current?.destroy(error);
    files.destroy(error);
  };
  parser
    .on('file', (field, bytes, fileName, _encoding, type) => {
      // A reader gets its errors too; this listener is for the time before the first read.
      current = bytes.on('error', () => undefined);
      files.write({ field, fileName, contentType: type, bytes } satisfies FormFile);
    })
    .on('fieldsLimit', () =>
      fail(invalid('the form has too many fields', `at most ${parserLimits.fields} besides the file`)),
    )
    .on('finish', () => files.end())
    .on('error', (cause) => fail(malformed(cause)));
  source.on('error', fail).pipe(parser);
  try {
    yield* files as AsyncIterable<FormFile>;
  } finally {
    source.unpipe(parser);
    source.destroy();
  }
}

function parserOf(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: parserLimits });
  } catch (error) {
    throw malformed(error);
  }
}

const malformed = (cause: unknown) =>
  new DomainError('MALFORMED_FORM', 'The form is cut off or has no boundary', [], { cause });

export const invalid = (message: string, finding: string) =>
  new DomainError('VALIDATION_FAILED', message, [{ path: 'file', message: finding }]);
