import { defineService } from '@halftone/service';
import { settings } from './config';
import { ConsoleModule } from './console.module';
import { passOn, servePage } from './page.files';

/** The web page, and the way from it to the gateway, so that a browser knows one origin. */
export const consoleService = defineService({
  name: 'console',
  settings,
  module: (config) => ConsoleModule.forRoot(config),
  start: async (app, config) => {
    await servePage(app, config);
    await passOn(app, config);
  },
});
