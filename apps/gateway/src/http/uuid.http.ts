import type { PipeTransform } from '@nestjs/common';
import { DomainError, type ErrorCode, parseId } from '@halftone/kernel';

/** Rejects a malformed id with the resource's own 404, before any service is called. */
export class UuidPipe implements PipeTransform<string, string> {
  constructor(private readonly notFound: ErrorCode) {}

  transform(text: string): string {
    const id = parseId(text);
    if (id === undefined) throw new DomainError(this.notFound, `${JSON.stringify(text.slice(0, 64))} is not an id`);
    return id;
  }
}
