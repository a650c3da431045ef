import { defineService } from '@halftone/service';
import { settings } from './config';
import { ImagesModule } from './images.module';

/** Photos, their renditions and the job queue. */
export const images = defineService({
  name: 'images',
  settings,
  http: { accepts: { '/graphql': ['application/json'] } },
  module: (config) => ImagesModule.forRoot(config),
});
