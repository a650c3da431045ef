import type { ErrorCode } from '@halftone/kernel';
import type { Generated } from 'kysely';
import type { ImageStatus } from './image/image';

/** The rows of schema `images`, as Kysely sees them. migrations.ts explains the columns. */
export interface ImagesTables {
  image: {
    id: string;
    customer: string;
    status: ImageStatus;
    content_type: string;
    size: number;
    width: number;
    height: number;
    progress: number;
    step: string;
    reason: string | null;
    failure_code: ErrorCode | null;
    version: number;
    created_at: Date;
  };
  blob: {
    image_id: string;
    name: string;
    content_type: string;
    width: number;
    height: number;
    size: number;
    bytes: Buffer;
  };
  job: {
    image_id: string;
    customer: Generated<string>;
    turn: Generated<number>;
    lease_until: Date | null;
    fence: Generated<number>;
    attempts: Generated<number>;
    traceparent: string | null;
  };
}
