import type { z } from 'zod';
import { ConfigInvalid, describeConfig, environment } from './config';
import { CannotStart } from './lifecycle';
import { logger } from './log';
import { printConfig } from './print-config';
import { logAllOutput } from './process-output';
import type { ToWorker } from './cluster-worker';
import { configOf, type ServiceDefinition } from './service-definition';
import { openService } from './start-service';

/** EX_CONFIG of sysexits.h: the configuration is wrong, and a restart will not help. */
const exConfig = 78;

/**
 * Runs a process. `--print-config` (with `--json`) prints every setting; `--check-config` exits 0 or 78. SIGTERM and
 * SIGINT stop in order and exit 0; a second signal exits immediately. An uncaught error exits 1.
 */
export async function runService<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--print-config')) {
    printConfig(definition.name, describeConfig(definition.settings, environment()), args.includes('--json'));
  } else if (args.includes('--check-config')) checkConfig(definition);
  else await run(definition).catch((error: unknown) => fail(definition.name, error));
}

/** For people, so the output is text. */
function checkConfig<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): void {
  try {
    configOf(definition, environment());
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    process.stderr.write(`${definition.name}: the configuration is invalid\n`);
    for (const { path, message } of error.problems) process.stderr.write(`  ${path}: ${message}\n`);
    process.exit(exConfig);
  }
}

async function run<S extends z.ZodRawShape>(definition: ServiceDefinition<S>): Promise<void> {
  logAllOutput();
  process.on('uncaughtException', exitOnUncaught);
  process.on('unhandledRejection', exitOnUncaught);
  const opening = openService(definition, environment());
  exitOnSignals(async () => (await opening).service.stop());
  await (
    await opening
  ).ready;
}

function exitOnSignals(stopService: () => Promise<void>): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger('lifecycle').info(`${signal}: stopping`);
    void stopService().then(() => process.exit(0), exitOnUncaught);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Ctrl-C in a terminal also reaches the workers, in addition to the primary's message: that is not a second signal.
  process.on('message', (message: ToWorker) => {
    if (message.halftone === 'stop' && !isStopping) stop('SIGTERM');
  });
}

function exitOnUncaught(err: unknown): never {
  logger('lifecycle').fatal({ err }, 'uncaught');
  process.exit(1);
}

function fail(name: string, error: unknown): never {
  const log = logger('lifecycle');
  if (error instanceof ConfigInvalid) {
    for (const { path, message } of error.problems) log.fatal({ service: name }, `${path}: ${message}`);
    process.exit(exConfig);
  }
  if (error instanceof CannotStart) log.fatal(error.message);
  else log.fatal({ err: error }, 'cannot start');
  process.exit(1);
}
