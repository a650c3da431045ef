import { all, each, type Invariant } from '../invariant.ts';

const ends = new Set(['ready', 'failed', 'cancelled']);

export const imageJobEnded: Invariant = {
  name: 'image-job-ended',
  says: 'Every accepted photo job ends once: the photo is ready, failed or cancelled, and its job is gone.',
  reads: ['images', 'jobs'],
  shows: 'image, job',
  settles: true,
  judge: ({ rows }) => {
    const jobs = new Set(rows.jobs.map(({ imageId }) => imageId));
    const images = new Set(rows.images.map(({ id }) => id));
    return all(
      each(rows.images, (image) => {
        const job = jobs.has(image.id);
        return ends.has(image.status) && !job ? undefined : { image, job };
      }),
      each(rows.jobs, ({ imageId }) => (images.has(imageId) ? undefined : { image: null, job: imageId })),
    );
  },
};
