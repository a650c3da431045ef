/** `node worker.ts BENCH PROGRAM SETTINGS`: runs one program, prints what it measured as one line of JSON. */
import type { Program, Settings } from './program.ts';

const [bench, name, settings] = process.argv.slice(2);
const { run } = (await import(`./${bench}/${name}.ts`)) as { run: Program };
const measured = await run(JSON.parse(settings ?? '{}') as Settings);
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
