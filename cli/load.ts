/** `halftone load NAME`: exit code 0 only if every threshold holds. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { startLoad } from '@halftone/proof/load/load.ts';
import { type Asked, askedOf, type LoadOptions } from '@halftone/proof/load/options.ts';
import { findPlace } from '@halftone/proof/load/place.ts';
import { linesOf } from '@halftone/proof/load/table.ts';
import { loadTests } from '@halftone/proof/load/tests.ts';

export { loadTests };

const say = (text: string) => void process.stderr.write(`${text}\n`);

async function runLoad(asked: Asked): Promise<number> {
  const { signal, exitCode } = onInterruption(() => undefined);
  const { urls, grpc, stop } = await findPlace(asked, say);
  try {
    if (!grpc) say('gRPC is left out: inside a cluster only pods reach it, and no --grpc HOST:PORT was given');
    say(`${asked.test.name}: ${asked.test.about} → ${urls.gateway}`);
    const { done } = await startLoad(asked.test.name, { ...asked, urls, grpc, signal, say });
    const result = await done;
    if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else for (const line of linesOf(result)) process.stdout.write(`${line}\n`);
    return exitCode() || (result.ok ? 0 : 1);
  } finally {
    await stop();
  }
}

export async function run(options: LoadOptions, name?: string): Promise<number> {
  if (!options.list) return runLoad(askedOf(name, options));
  for (const { name, about } of loadTests)
    process.stdout.write(`${options.json ? JSON.stringify({ name, about }) : `${name.padEnd(9)} ${about}`}\n`);
  return 0;
}
