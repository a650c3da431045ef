import { defineService } from '@halftone/service';
import { settings } from './config';
import { ImagesModule } from './images.module';

/** Photos, the queue that makes their renditions, and the bytes of both. */
export const images = defineService({ name: 'images', settings, module: (config) => ImagesModule.forRoot(config) });
