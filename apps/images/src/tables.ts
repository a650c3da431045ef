import type { ImageStatus } from './image/image';

/** The rows of schema `images`, as Kysely sees them. What each column means is said in migrations.ts. */
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
    lease_until: Date;
    fence: number;
    attempts: number;
    traceparent: string | null;
  };
}
