/**
 * `npm run prove`: the claims that need a system of their own to be broken in, each as its own command does it, and what strangers' programs
 * make of the live stream. Ends like `npm test`; `-- --only NAME` takes those that the name is part of.
 */
import { join } from 'node:path';
import { autobahn } from '../check/autobahn.ts';
import type { Check } from '../check/check.ts';
import { runNode } from '../check/command.ts';
import { clientsAtRealtime } from '../check/foreign-toolkits.ts';
import { runChecks } from '../check/run-checks.ts';
import { root } from '../engines/config.ts';
import { runMain } from '../command/run-main.ts';
import { countVerdicts } from './verdicts.ts';

const proof = (name: string, command: string, args: readonly string[]): Check => ({
  name,
  run: async (signal) => {
    const finished = await runNode(join(root, 'tools', command, 'main.ts'), [...args, '--json'], { signal });
    return { ...countVerdicts(finished), output: finished.output };
  },
});

const proofs: readonly Check[] = [
  proof('idempotency keys', 'lab', ['idempotency']),
  proof('verify catches planted bugs', 'verify', ['--self-test']),
  proof('clients outlive their servers', 'lab', ['endurance']),
  proof('clients see failures through', 'lab', ['failures']),
  proof('what each backplane loses', 'lab', ['backplane']),
  proof('what survives a change of server', 'lab', ['balancing']),
  proof('a million events later', 'lab', ['past']),
  clientsAtRealtime,
  autobahn,
  proof('a minute of chaos', 'chaos', ['--seed', '7', '--minutes', '1']),
];

runMain(() => runChecks(proofs, 'npm run prove'));
