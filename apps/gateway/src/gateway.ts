import { allowOrigins, defineService, limitCallers } from '@halftone/service';
import { settings } from './config';
import { GatewayModule } from './gateway.module';
import { acceptPhotos } from './upload-parser.http';

/** The public REST edge. It owns no data: every answer comes from the services behind it. */
export const gateway = defineService({
  name: 'gateway',
  settings,
  http: {
    accepts: { '/v1/images': ['image/jpeg', 'image/png', 'image/webp', 'multipart/form-data'] },
    bodies: { '/v1/tokens': 'anyone', '/v1/tokens/revocation': 'anyone', '*': 'signed-in' },
  },
  module: (config) => GatewayModule.forRoot(config),
  start: (app, config) => {
    allowOrigins(app, config.ALLOWED_ORIGINS);
    limitCallers(app, config);
    acceptPhotos(app);
  },
});
