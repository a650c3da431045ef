import type { z } from 'zod';
import { ConfigInvalid, describeConfig, environment, parseConfig } from './config';
import { Unstartable } from './lifecycle';
import { logger } from './log';
import { printConfig } from './print-config';
import type { ToWorker } from './cluster-worker';
import type { ServiceDefinition } from './service-definition';
import { openService } from './start-service';

/** EX_CONFIG of sysexits.h: the configuration is wrong, starting again will not help. */
const exConfig = 78;

/**
 * The life of a process. `--print-config` (with `--json`) shows every setting; `--check-config` exits 0 or 78.
 * SIGTERM and SIGINT stop in order and exit 0; a second signal leaves at once. Anything uncaught is fatal: exit 1.
 */
export async function runService<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--print-config')) {
    printConfig(definition.name, describeConfig(definition.settings, environment()), args.includes('--json'));
    return;
  }
  try {
    if (args.includes('--check-config')) parseConfig(definition.settings, environment());
    else await live(definition);
  } catch (error) {
    fail(definition.name, error);
  }
}

async function live<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): Promise<void> {
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const opening = openService(definition, environment());
  exitOnSignals(async () => (await opening).service.stop());
  await (
    await opening
  ).ready;
}

function exitOnSignals(stopService: () => Promise<void>): void {
  let asked = false;
  const stop = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1);
    asked = true;
    logger('lifecycle').info(`${signal}: stopping`);
    void stopService().then(() => process.exit(0), die);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A terminal's Ctrl-C reaches a worker too, besides what its primary says: that is no second signal.
  process.on('message', (message: ToWorker) => {
    if (message.halftone === 'stop' && !asked) stop('SIGTERM');
  });
}

function die(err: unknown): never {
  logger('lifecycle').fatal({ err }, 'uncaught');
  process.exit(1);
}

function fail(name: string, error: unknown): never {
  if (error instanceof ConfigInvalid) {
    process.stderr.write(`${name}: the configuration is not valid\n`);
    for (const { path, message } of error.problems) process.stderr.write(`  ${path}: ${message}\n`);
    process.exit(exConfig);
  }
  const log = logger('lifecycle');
  if (error instanceof Unstartable) log.fatal(error.message);
  else log.fatal({ err: error }, 'cannot start');
  process.exit(1);
}
