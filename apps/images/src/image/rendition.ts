/** What a photo is turned into. The order is the order of work: the smallest comes first, so that there is soon something to show. */
export const renditionNames = ['thumbnail', 'preview', 'print'] as const;

export type RenditionName = (typeof renditionNames)[number];

/** The picture fits into a square of `box` pixels, keeps its shape and never grows. `progress` is reached once it is saved. */
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

/** All renditions are this. */
export const renditionContentType = 'image/jpeg';

export interface Rendition {
  name: RenditionName;
  contentType: string;
  width: number;
  height: number;
  /** Bytes. */
  size: number;
}

/** A picture that is stored: the original or a rendition. */
export interface Blob {
  contentType: string;
  bytes: Buffer;
}

export const isRenditionName = (name: string): name is RenditionName => renditionNames.some((known) => known === name);

/** What is left to do for a photo that has these already; a resumed job starts there. */
export const remainingRenditions = (finished: readonly { name: RenditionName }[]): RenditionName[] =>
  renditionNames.filter((name) => !finished.some((rendition) => rendition.name === name));

/** How far a photo is that has these renditions, 0 to 90; the last ten belong to the step that makes it ready. */
export const progressOf = (finished: readonly { name: RenditionName }[]): number =>
  Math.max(0, ...finished.map(({ name }) => renditionPlans[name].progress));
