import type { PipeTransform } from '@nestjs/common';
import { DomainError, type ErrorCode, isUuid } from '@halftone/kernel';

/** A path that names no possible id names nothing: the resource's own 404, before any service is asked. */
export class UuidPipe implements PipeTransform<string, string> {
  constructor(private readonly notFound: ErrorCode) {}

  transform(id: string): string {
    if (!isUuid(id)) throw new DomainError(this.notFound, `${JSON.stringify(id.slice(0, 64))} is no id`);
    return id;
  }
}
