import type { Selectable } from 'kysely';
import type { ImagesTables } from '../tables';
import type { Image, ImageState } from './image';
import type { Rendition, RenditionName } from './rendition';

/** A photo as it lies in its table, and back. */
export type Row = Selectable<ImagesTables['image']>;

export type OwnedRendition = Rendition & { imageId: string };

/** Never changes after the upload. */
export const facts = ({ id, customer, contentType, size, width, height, createdAt }: Image) => ({
  id,
  customer,
  content_type: contentType,
  size,
  width,
  height,
  created_at: createdAt,
});

/** What the work on a photo changes. */
export const mutable = ({ version, state }: Image) => ({
  status: state.status,
  progress: state.progress,
  step: state.step,
  reason: state.status === 'failed' ? state.reason : null,
  version,
});

export const toImage = (row: Row, all: readonly OwnedRendition[]): Image => ({
  id: row.id,
  customer: row.customer,
  contentType: row.content_type,
  size: row.size,
  width: row.width,
  height: row.height,
  createdAt: row.created_at,
  version: row.version,
  renditions: all.filter(({ imageId }) => imageId === row.id).map(toRendition),
  state: toState(row),
});

const toRendition = ({ name, contentType, width, height, size }: OwnedRendition): Rendition => ({
  name,
  contentType,
  width,
  height,
  size,
});

function toState({ status, progress, step, reason }: Row): ImageState {
  switch (status) {
    case 'queued':
      return { status, progress: 0, step: 'queued' };
    case 'processing':
      return { status, progress, step: step as RenditionName };
    case 'ready':
      return { status, progress: 100, step: 'done' };
    case 'failed':
      return { status, progress, step: 'failed', reason: reason ?? '' };
    case 'cancelled':
      return { status, progress, step: 'cancelled' };
  }
}
