/** The lab's side of `attacker.ts`: the attack is prepared before it is wanted, so that only what it does to the shop is measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { environment, root } from '@halftone/tools/os/config.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import type { Answers, Attack, Target } from './attack.ts';

const program = join(root, 'proof/labs/attacks/attacker.ts');

export interface Attacker {
  begin(target: Target): void;
  /** Resolves with what the attack was answered when it has ended. */
  end(): Promise<Answers>;
}

/** Resolves when it could begin. */
export async function prepare({ name }: Pick<Attack, 'name'>): Promise<Attacker> {
  const child = spawn(process.execPath, [program, name], {
    cwd: root,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  noteChild(child);
  const lines = createInterface({ input: child.stdout });
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => lines.on('line', (line) => (said.push(line), resolve())));
  const complaints = text(child.stderr);
  const ended = once(child, 'close');
  const failed = async () => new Error(`${name} did not attack: ${(await complaints).slice(-500)}`);
  child.stdin.on('error', () => undefined);
  await Promise.race([ready, ended]);
  if (said.length === 0) throw await failed();
  return {
    begin: (target) => void child.stdin.write(`${JSON.stringify(target)}\n`),
    end: async () => {
      child.stdin.end();
      await ended;
      const [, answers] = said;
      if (answers === undefined) throw await failed();
      return JSON.parse(answers) as Answers;
    },
  };
}
