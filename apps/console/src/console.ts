import { defineService } from '@halftone/service';
import { settings } from './config';
import { ConsoleModule } from './console.module';
import { proxyApi, servePage } from './page.http';

/** Serves the web page and proxies the API to the gateway, so that the browser needs one origin. */
export const consoleService = defineService({
  name: 'console',
  settings,
  // The gateway checks content types itself.
  http: { accepts: { '*': ['*/*'] } },
  module: (config) => ConsoleModule.forRoot(config),
  start: async (app, config) => {
    await servePage(app, config);
    await proxyApi(app, config);
  },
});
