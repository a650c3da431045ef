import { DomainError } from '@halftone/kernel';

export const tooLarge = (message: string) => new DomainError('PICTURE_TOO_LARGE', message);

export const notAPicture = (cause?: unknown) =>
  new DomainError('NOT_A_PICTURE', 'the bytes are not a JPEG, PNG or WebP picture', [], { cause });
