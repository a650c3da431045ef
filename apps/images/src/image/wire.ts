import { type EphemeralEvent, imagesV1 } from '@halftone/contracts';
import type { Image, ImageStatus } from './image';

const statuses: Readonly<Record<ImageStatus, imagesV1.ImageStatus>> = {
  queued: imagesV1.ImageStatus.QUEUED,
  processing: imagesV1.ImageStatus.PROCESSING,
  ready: imagesV1.ImageStatus.READY,
  failed: imagesV1.ImageStatus.FAILED,
  cancelled: imagesV1.ImageStatus.CANCELLED,
};

export const subjectOf = (image: Pick<Image, 'id'>): string => `images/${image.id}`;

/** The photo as gRPC, Kafka and the stored response of an upload carry it. */
export const toWire = ({ state, renditions, ...image }: Image): imagesV1.Image => ({
  ...image,
  renditions: renditions.map((rendition) => ({ ...rendition })),
  status: statuses[state.status],
  progress: state.progress,
  step: state.step,
  reason: state.status === 'failed' ? state.reason : '',
});

/** What listeners see while a photo is worked on; a lost one is replaced by the next. */
export const progressEvent = (image: Image, now: Date): EphemeralEvent => ({
  type: 'image.progress',
  subject: subjectOf(image),
  time: now.toISOString(),
  data: { imageId: image.id, progress: image.state.progress, step: image.state.step },
});
