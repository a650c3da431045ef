import { DomainError, type ErrorCode } from '@halftone/kernel';
import { progressOf, remainingRenditions, type Rendition, type RenditionName } from './rendition';

export type ImageState =
  | { status: 'queued'; progress: 0; step: 'queued' }
  | { status: 'processing'; progress: number; step: RenditionName }
  | { status: 'ready'; progress: 100; step: 'done' }
  | ({ status: 'failed'; progress: number; step: 'failed' } & FailureOfImage)
  | { status: 'cancelled'; progress: number; step: 'cancelled' };

/** Why a photo failed: text for its owner, and a code for programs. Old rows have no code. */
export interface FailureOfImage {
  reason: string;
  code: ErrorCode | null;
}

export type ImageStatus = ImageState['status'];

export type ImageEventType = 'image.uploaded' | 'image.ready' | 'image.failed' | 'image.cancelled';

/** A customer's photo. Width and height are after auto-orientation; `version` is the number of its events. */
export interface Image {
  id: string;
  customer: string;
  contentType: string;
  /** Bytes of the original. */
  size: number;
  width: number;
  height: number;
  createdAt: Date;
  version: number;
  renditions: readonly Rendition[];
  state: ImageState;
}

/** `ready`, `failed` and `cancelled` are final; `processing` may follow itself, once per step. */
export const transitions: Readonly<Record<ImageStatus, readonly ImageStatus[]>> = {
  queued: ['processing', 'failed', 'cancelled'],
  processing: ['processing', 'ready', 'failed', 'cancelled'],
  ready: [],
  failed: [],
  cancelled: [],
};

export type NewImage = Pick<Image, 'id' | 'customer' | 'contentType' | 'size' | 'width' | 'height'>;

export const uploaded = (facts: NewImage, now: Date): Image => ({
  ...facts,
  createdAt: now,
  version: 1,
  renditions: [],
  state: { status: 'queued', progress: 0, step: 'queued' },
});

/** The photo while its next rendition is made. After the last one it stays at that step until it is `ready`. */
export function working(image: Image): Image {
  const [step = 'print'] = remainingRenditions(image.renditions);
  return become(image, { status: 'processing', progress: progressOf(image.renditions), step });
}

/** Throws if a rendition is missing: orders rely on all three. */
export function ready(image: Image): Image {
  const missing = remainingRenditions(image.renditions);
  if (missing.length > 0) throw new DomainError('INTERNAL', `image ${image.id} has no ${missing.join(', ')}`);
  return { ...become(image, { status: 'ready', progress: 100, step: 'done' }), version: image.version + 1 };
}

export const failed = (image: Image, { reason, code }: FailureOfImage): Image => ({
  ...become(image, { status: 'failed', progress: image.state.progress, step: 'failed', reason, code }),
  version: image.version + 1,
});

/** Throws IMAGE_NOT_CANCELLABLE if the photo is in a final state. */
export function cancelled(image: Image): Image {
  const { status, progress } = image.state;
  if (!transitions[status].includes('cancelled'))
    throw new DomainError('IMAGE_NOT_CANCELLABLE', `image ${image.id} is already ${status}`);
  return { ...become(image, { status: 'cancelled', progress, step: 'cancelled' }), version: image.version + 1 };
}

function become(image: Image, state: ImageState): Image {
  if (transitions[image.state.status].includes(state.status)) return { ...image, state };
  throw new DomainError('INTERNAL', `image ${image.id} cannot go from ${image.state.status} to ${state.status}`);
}
