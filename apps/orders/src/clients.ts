import type { imagesV1 } from '@halftone/contracts';
import type { GrpcClient } from '@halftone/grpc';

/** The services this one calls, by injection token; the module says where each one lives. */
export const IMAGES = Symbol('images.ImagesService');

export type ImagesClient = GrpcClient<typeof imagesV1.ImagesServiceService>;
