import { allowOrigins, defineService } from '@halftone/service';
import { realtimeSettings } from './config';
import { RealtimeModule } from './realtime.module';

/** The fan-out of events to customers over WebSocket, event stream and polls. */
export const realtime = defineService({
  name: 'realtime',
  settings: realtimeSettings,
  http: { bodies: { '/v1/events': 'ticket', '*': 'signed-in' } },
  module: (config) => RealtimeModule.forRoot(config),
  start: (app, { ALLOWED_ORIGINS }) => allowOrigins(app, ALLOWED_ORIGINS),
});
