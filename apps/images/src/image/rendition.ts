/** The renditions of a photo, in processing order: the smallest first, so that a preview is soon available. */
export const renditionNames = ['thumbnail', 'preview', 'print'] as const;

export type RenditionName = (typeof renditionNames)[number];

/** Fits the picture into a square of `box` pixels without enlarging it. `progress` applies once it is saved. */
export interface RenditionPlan {
  box: number;
  quality: number;
  progress: number;
}

export const renditionPlans: Readonly<Record<RenditionName, RenditionPlan>> = {
  thumbnail: { box: 200, quality: 80, progress: 25 },
  preview: { box: 1024, quality: 85, progress: 50 },
  print: { box: 2400, quality: 92, progress: 90 },
};

/** The content type of all renditions. */
export const renditionContentType = 'image/jpeg';

export interface Rendition {
  name: RenditionName;
  contentType: string;
  width: number;
  height: number;
  /** Bytes. */
  size: number;
}

export const isRenditionName = (name: string): name is RenditionName => renditionNames.some((known) => known === name);

/** The renditions still missing; a resumed job starts with the first. */
export const remainingRenditions = (finished: readonly { name: RenditionName }[]): RenditionName[] =>
  renditionNames.filter((name) => !finished.some((rendition) => rendition.name === name));

/** Progress after these renditions, 0 to 90; the final step to `ready` makes it 100. */
export const progressOf = (finished: readonly { name: RenditionName }[]): number =>
  Math.max(0, ...finished.map(({ name }) => renditionPlans[name].progress));

/** Stored bytes, as pieces that are read on demand. */
export interface BlobStream {
  contentType: string;
  size: number;
  pieces: AsyncGenerator<Buffer, void>;
}
