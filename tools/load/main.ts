/** `npm run load -- NAME …`: exit code 0 only if every threshold holds, 99 when one does not. */
import { onInterruption } from '../engines/interruption.ts';
import { startLoad } from './load.ts';
import { parse, usage, UsageError, type Asked } from './options.ts';
import { findPlace } from './place.ts';
import { linesOf } from './table.ts';

/** As k6 itself. */
const thresholdBroken = 99;

const say = (text: string) => void process.stderr.write(`${text}\n`);

async function run(asked: Asked): Promise<number> {
  const { signal, exitCode } = onInterruption(() => undefined);
  const { urls, grpc, stop } = await findPlace(asked, say);
  try {
    if (!grpc) say('gRPC is left out: inside a cluster only pods reach it, and no --grpc HOST:PORT was given');
    say(`${asked.test.name}: ${asked.test.about} → ${urls.gateway}`);
    const { done } = await startLoad(asked.test.name, { ...asked, urls, grpc, signal, say });
    const result = await done;
    if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else for (const line of linesOf(result)) process.stdout.write(`${line}\n`);
    return exitCode() || (result.ok ? 0 : thresholdBroken);
  } finally {
    await stop();
  }
}

async function main(): Promise<number> {
  const asked = parse(process.argv.slice(2));
  if (asked) return run(asked);
  process.stdout.write(`${usage}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) say('npm run load -- --help shows how it is written');
    process.exit(error instanceof UsageError ? 64 : 1);
  },
);
