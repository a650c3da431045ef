import { imagesV1 } from '@halftone/contracts';
import { isoTime, word } from '../http/words';

const renditionView = (imageId: string, { name, width, height, size, contentType }: imagesV1.Rendition) => ({
  url: `/v1/images/${imageId}/renditions/${name}`,
  width,
  height,
  size,
  contentType,
});

const renditionsView = ({ id, renditions }: imagesV1.Image) =>
  Object.fromEntries(renditions.map((rendition) => [rendition.name, renditionView(id, rendition)]));

export const statusWord = ({ status }: imagesV1.Image): string => word(imagesV1.ImageStatus, status);

/** True while the photo is queued or being processed. */
export const isUnfinished = ({ status }: imagesV1.Image): boolean =>
  status === imagesV1.ImageStatus.QUEUED || status === imagesV1.ImageStatus.PROCESSING;

export const imageView = (image: imagesV1.Image) => ({
  id: image.id,
  status: statusWord(image),
  contentType: image.contentType,
  size: image.size,
  width: image.width,
  height: image.height,
  url: `/v1/images/${image.id}/original`,
  renditions: renditionsView(image),
  reason: image.reason || null,
  failureCode: image.failureCode || null,
  createdAt: isoTime(image.createdAt),
});

/** `result` is null until the photo is ready. */
export const imageStatusView = (image: imagesV1.Image) => ({
  id: image.id,
  status: statusWord(image),
  progress: image.progress,
  step: image.step,
  result: image.status === imagesV1.ImageStatus.READY ? { renditions: renditionsView(image) } : null,
  reason: image.reason || null,
  failureCode: image.failureCode || null,
});
