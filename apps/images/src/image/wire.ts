import { enumOf, type EphemeralEvent, imagesV1 } from '@halftone/contracts';
import type { Image } from './image';

export const subjectOf = (image: Pick<Image, 'id'>): string => `images/${image.id}`;

/** The protobuf image of gRPC, Kafka and the stored UploadImage response. */
export const toWire = ({ state, renditions, ...image }: Image): imagesV1.Image => ({
  ...image,
  renditions: renditions.map((rendition) => ({ ...rendition })),
  status: enumOf(imagesV1.ImageStatus, state.status),
  progress: state.progress,
  step: state.step,
  reason: state.status === 'failed' ? state.reason : '',
  failureCode: state.status === 'failed' ? (state.code ?? '') : '',
});

/** The ephemeral progress event. A lost one does not matter, because the next replaces it. */
export const progressEvent = (image: Image, now: Date): EphemeralEvent => ({
  type: 'image.progress',
  subject: subjectOf(image),
  time: now.toISOString(),
  data: { imageId: image.id, progress: image.state.progress, step: image.state.step },
});
