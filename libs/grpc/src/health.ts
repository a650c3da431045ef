import type { Server } from '@grpc/grpc-js';
import type { Lifecycle } from '@halftone/service';
import { addLazyService } from './lazy-service';

const service = '/grpc.health.v1.Health';
const paths = [
  { path: `${service}/Check`, requestStream: false, responseStream: false },
  { path: `${service}/List`, requestStream: false, responseStream: false },
  { path: `${service}/Watch`, requestStream: false, responseStream: true },
];

/** grpc.health.v1: SERVING exactly while the process is ready, for the whole server ('') and for each service. */
export function addHealth(server: Server, names: readonly string[], lifecycle: Lifecycle): void {
  addLazyService(server, paths, async () => {
    const { HealthImplementation } = await import('grpc-health-check');
    const health = new HealthImplementation();
    lifecycle.onReadiness((isReady) => {
      for (const name of ['', ...names]) health.setStatus(name, isReady ? 'SERVING' : 'NOT_SERVING');
    });
    return (installer) => health.addToServer(installer);
  });
}
