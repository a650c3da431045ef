/** `npm run lab -- idempotency`: how its stories are asked for and shown. */
import { killArena } from '../arena/arena.ts';
import { idempotencyLab } from './idempotency.ts';
import { type Lab, namesIn } from './lab.ts';
import { complaintAbout, places, type OperationName, type Told } from './story.ts';

function show(told: Told, print: (text: string) => void): void {
  const { protection, operation, failure, failpoint, key, steps, effects } = told;
  const complaint = protection === 'on' ? complaintAbout(told) : undefined;
  const mark = protection === 'off' ? (effects > 1 ? '!' : ' ') : complaint ? '✘' : '✔';
  const where = failpoint ? ` at ${failpoint}` : '';
  print(`${mark} protection ${protection}, ${operation}, ${failure}${where}, key ${key}`);
  for (const step of steps) print(`    ${step}`);
  if (complaint) print(`    ${complaint}`);
}

function showJson(told: Told, print: (text: string) => void): void {
  const complaint = told.protection === 'on' ? complaintAbout(told) : undefined;
  print(JSON.stringify({ lab: 'idempotency', ...told, ok: complaint === undefined, ...(complaint && { complaint }) }));
}

function operationsOf(names: readonly string[]): OperationName[] {
  const known = Object.keys(places) as OperationName[];
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown) throw new Error(`no operation is called '${unknown}'; there are ${known.join(', ')}`);
  return names.length > 0 ? known.filter((name) => names.includes(name)) : known;
}

export const idempotency: Lab = {
  name: 'idempotency',
  about: [
    '$100 is sent and the request fails: it never arrives, it is interrupted at each place on its way, its answer',
    'is lost; then the same key again, to the other replica. With protection it is taken once, without it twice.',
  ],
  options: { operation: { type: 'string', multiple: true } },
  optionsAbout: ['--operation transfer|bank-payment   only this one; may be repeated'],
  killNow: killArena,
  async run({ json, values, say, print, signal }) {
    const told = (one: Told) => (json ? showJson : show)(one, print);
    const operations = operationsOf(namesIn(values.operation));
    const { ok, stories, held, doubled } = await idempotencyLab({ operations, note: say, told, signal });
    if (json) print(JSON.stringify({ lab: 'idempotency', lesson: ok ? 'ok' : 'failed', stories, held, doubled }));
    else print(`${stories} stories: protected, ${held} took it exactly once; unprotected, ${doubled} took it twice`);
    return ok;
  },
};
