/**
 * One attack in a process of its own, so that what it costs the attacker is not measured as what it costs the shop: `attacker.ts NAME`
 * prints `ready`, takes
 * the target as one line of JSON on stdin, attacks until stdin ends, and then prints what it was answered.
 */
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { attacks } from './all.ts';
import type { Target } from './attack.ts';

const over = new AbortController();
const input = createInterface({ input: process.stdin });
input.once('close', () => over.abort());

// Attackers have machines of their own; here they share one with the shop, so the shop comes first.
setPriority(19);

const attack = attacks.find(({ name }) => name === process.argv[2]);
if (!attack) throw new Error(`no attack is called '${process.argv[2]}'`);
attack.prepare?.();
process.stdout.write('ready\n');
const [line] = (await once(input, 'line')) as [string];
const answers = await attack.run(JSON.parse(line) as Target, over.signal);
process.stdout.write(`${JSON.stringify(answers)}\n`, () => process.exit(0));
