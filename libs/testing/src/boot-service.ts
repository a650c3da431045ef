import { randomUUID } from 'node:crypto';
import { type RunningService, type ServiceDefinition, startService } from '@halftone/service';
import type { z } from 'zod';
import { testKeys } from './tokens';

/**
 * Boots the object that `main.ts` runs, on free ports and with the keys of `testToken`. `env` adds or overrides
 * settings. The test must stop the service.
 */
export function bootService<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningService<S>> {
  const defaults = {
    HTTP_PORT: '0',
    GRPC_PORT: '0',
    LOG_LEVEL: 'fatal',
    SERVICE_INSTANCE: `test-${randomUUID()}`,
    ...testKeys,
  };
  return startService(definition, { ...defaults, ...env });
}
