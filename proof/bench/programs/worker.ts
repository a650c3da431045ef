/**
 * `node worker.ts BENCH PROGRAM`: runs one program, prints what it measured as one line of JSON. The settings come by standard input, because
 * they hold passwords and every user of the machine sees the arguments of a process.
 */
import { text } from 'node:stream/consumers';
import type { Program, Settings } from './program.ts';

const [bench, name] = process.argv.slice(2);
const settings = JSON.parse(await text(process.stdin)) as Settings;
const { run } = (await import(`./${bench}/${name}.ts`)) as { run: Program };
const measured = await run(settings);
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
