import { defineService } from '@halftone/service';
import { realtimeSettings } from './config';
import { RealtimeModule } from './realtime.module';

/** The fan-out: what a customer is told, over WebSocket, event stream and polls. */
export const realtime = defineService({
  name: 'realtime',
  settings: realtimeSettings,
  module: (config) => RealtimeModule.forRoot(config),
});
