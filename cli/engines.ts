/** `halftone engines [stop]`: PostgreSQL, Kafka and Valkey alone; with `--test` those of integration tests, which have data of their own. */
import { stillUsedBy } from '@halftone/tools/engines/engine-users.ts';
import { keepEngines, startEngines, stopEngines } from '@halftone/tools/engines/engines.ts';
import { moveHome, testHome } from '@halftone/tools/os/config.ts';
import { aborted, onInterruption } from '@halftone/tools/os/interruption.ts';
import { runningSystem } from '@halftone/tools/os/run-state.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

export async function run(values: { detach: boolean; test: boolean; json: boolean }, verb?: string): Promise<number> {
  if (verb !== undefined && verb !== 'stop') throw new UsageError(`engines takes 'stop', not '${verb}'`);
  if (values.test) moveHome(testHome);
  if (verb === 'stop') return stop(values.json);
  const { signal } = onInterruption(() => undefined);
  const { engines, ready } = await startEngines({ signal, note: say });
  await ready;
  if (values.json) process.stdout.write(`${JSON.stringify({ engines })}\n`);
  for (const { way, ...at } of [engines.postgres, engines.kafka, engines.redis]) {
    say(`${'url' in at ? at.url.replace(/:[^:@/]*@/, ':…@') : at.brokers} (${way})`);
  }
  if (values.detach) keepEngines();
  else await untilInterrupted(signal);
  return 0;
}

/** The engines end with it unless another command uses them. */
async function untilInterrupted(signal: AbortSignal): Promise<void> {
  say('Ctrl-C ends them, unless another command uses them');
  await aborted(signal);
  const users = await stopEngines();
  if (users.length > 0) say(stillUsedBy(users));
}

async function stop(json: boolean): Promise<number> {
  const system = runningSystem();
  if (system) say(`Halftone runs (pid ${system.owner.pid}) and needs its engines; stop it first`);
  else await stopEngines({ force: true });
  if (json) process.stdout.write(`${JSON.stringify({ stopped: !system, ok: !system })}\n`);
  return system ? 1 : 0;
}
