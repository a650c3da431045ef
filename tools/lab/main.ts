/** `npm run lab -- idempotency`: an experiment that shows a promise being kept, and what happens where it is not made. */
import { parseArgs } from 'node:util';
import { killArena } from '../arena/arena.ts';
import { onInterruption } from '../engines/interruption.ts';
import { runMain } from '../start/run-main.ts';
import { idempotencyLab } from './idempotency.ts';
import { complaintAbout, places, type OperationName, type Told } from './story.ts';

const help = `npm run lab -- idempotency   $100 is sent and the request fails: it never arrives, it is interrupted at each place on its way, its answer
                             is lost; then the same key again, to the other replica. With protection it is taken once, without it twice.

--operation transfer|bank-payment   only this one; may be repeated
--json                              one JSON line per story and a last one with the lesson on stdout; words on stderr
`;

// Whoever read our output may be gone; what was started must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

function show(told: Told): void {
  const { protection, operation, failure, failpoint, key, steps, effects } = told;
  const complaint = protection === 'on' ? complaintAbout(told) : undefined;
  const mark = protection === 'off' ? (effects > 1 ? '!' : ' ') : complaint ? '✘' : '✔';
  const where = failpoint ? ` at ${failpoint}` : '';
  print(`${mark} protection ${protection}, ${operation}, ${failure}${where}, key ${key}`);
  for (const step of steps) print(`    ${step}`);
  if (complaint) print(`    ${complaint}`);
}

function showJson(told: Told): void {
  const complaint = told.protection === 'on' ? complaintAbout(told) : undefined;
  print(JSON.stringify({ lab: 'idempotency', ...told, ok: complaint === undefined, ...(complaint && { complaint }) }));
}

function operationsOf(names: readonly string[] = []): OperationName[] {
  const known = Object.keys(places) as OperationName[];
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown) throw new Error(`no operation is called '${unknown}'; there are ${known.join(', ')}`);
  return names.length > 0 ? known.filter((name) => names.includes(name)) : known;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      operation: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || positionals.join() !== 'idempotency') {
    say(help);
    return values.help ? 0 : 64;
  }
  const { signal, exitCode } = onInterruption(killArena);
  const told = values.json ? showJson : show;
  try {
    const lesson = await idempotencyLab({ operations: operationsOf(values.operation), note: say, told, signal });
    const { ok, stories, held, doubled } = lesson;
    if (values.json)
      print(JSON.stringify({ lab: 'idempotency', lesson: ok ? 'ok' : 'failed', stories, held, doubled }));
    else print(`${stories} stories: protected, ${held} took it exactly once; unprotected, ${doubled} took it twice`);
    return ok ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('interrupted, everything is stopped');
    return exitCode();
  }
}

runMain(main, 1);
