import { defineService } from '@halftone/service';
import { settings } from './config';
import { GatewayModule } from './gateway.module';
import { takePhotos } from './upload.parsers';

/** The public REST edge. It owns no data; what it answers is what the services behind it say. */
export const gateway = defineService({
  name: 'gateway',
  settings,
  module: (config) => GatewayModule.forRoot(config),
  start: takePhotos,
});
