import type { Selectable } from 'kysely';
import type { ImagesTables } from '../tables';
import type { Image, ImageState } from './image';
import type { Rendition, RenditionName } from './rendition';

/** Maps a photo to its table row and back. */
export type Row = Selectable<ImagesTables['image']>;

export type OwnedRendition = Rendition & { imageId: string };

/** Columns that never change after the upload. */
export const immutableColumns = ({ id, customer, contentType, size, width, height, createdAt }: Image) => ({
  id,
  customer,
  content_type: contentType,
  size,
  width,
  height,
  created_at: createdAt,
});

/** Columns that processing changes. */
export const mutableColumns = ({ version, state }: Image) => ({
  status: state.status,
  progress: state.progress,
  step: state.step,
  reason: state.status === 'failed' ? state.reason : null,
  failure_code: state.status === 'failed' ? state.code : null,
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

function toState({ status, progress, step, reason, failure_code: code }: Row): ImageState {
  switch (status) {
    case 'queued':
      return { status, progress: 0, step: 'queued' };
    case 'processing':
      return { status, progress, step: step as RenditionName };
    case 'ready':
      return { status, progress: 100, step: 'done' };
    case 'failed':
      return { status, progress, step: 'failed', reason: reason ?? '', code };
    case 'cancelled':
      return { status, progress, step: 'cancelled' };
  }
}
