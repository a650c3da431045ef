/**
 * `halftone prove`: the claims that need a system of their own to be broken in, each as its own command does it, and what strangers' programs
 * make of the live stream. Ends like `npm test`; `--only NAME` takes those that the name is part of.
 */
import { join } from 'node:path';
import { autobahn } from '@halftone/proof/conformance/autobahn.ts';
import type { Check } from '@halftone/tools/check/check.ts';
import { runNode } from '@halftone/tools/check/command.ts';
import { clientsAtRealtime } from '@halftone/proof/conformance/foreign-toolkits.ts';
import { grpcurlAtServices } from '@halftone/proof/conformance/grpcurl.ts';
import { type CheckOptions, checksOf, runChecks, type Step } from '@halftone/tools/check/run-checks.ts';
import { root } from '@halftone/tools/os/config.ts';
import { countVerdicts } from '@halftone/tools/check/verdicts.ts';

const proof = (name: string, command: string, args: readonly string[], env: Record<string, string> = {}): Check => ({
  name,
  run: async (signal) => {
    const finished = await runNode(join(root, 'cli/main.ts'), [command, ...args, '--json'], { env, signal });
    return { ...countVerdicts(finished), output: finished.output };
  },
});

/** Those that show themselves within seconds; `npm run lab -- attacks` has them all, 20 s each. */
const quickAttacks = ['oversized-event', 'tickets', 'unknown-recipients'].flatMap((name) => ['--only', name]);

/** For systems that are started while others are. */
const otherPorts = { HALFTONE_PORTS: '30000-32500' };

const plantedBugs = proof('verify catches planted bugs', 'verify', ['--self-test'], otherPorts);
const idempotencyKeys = proof('idempotency keys', 'lab', ['idempotency']);
const transfers = proof(
  'slow transfers and long chats outlive connections and processes',
  'lab',
  ['transfers'],
  otherPorts,
);

/** Proofs that mostly wait run in parallel. A proof that measures, or has a time limit, runs alone. */
const proofs: readonly Step[] = [
  { parallel: [[plantedBugs], [idempotencyKeys, clientsAtRealtime, proof('goods for nothing', 'lab', ['refunds'])]] },
  proof('attacks leave others unharmed', 'lab', ['attacks', '--seconds', '3', '--rounds', '2', ...quickAttacks]),
  proof('clients outlive their servers', 'lab', ['endurance']),
  proof('clients see failures through', 'lab', ['failures']),
  proof('what each backplane loses', 'lab', ['backplane']),
  proof('what survives a change of server', 'lab', ['balancing']),
  proof('a million events later', 'lab', ['past']),
  { parallel: [[transfers], [grpcurlAtServices, autobahn]] },
  proof('a minute of chaos', 'chaos', ['--seed', '7', '--minutes', '1']),
];

export const run = (options: CheckOptions): Promise<number> => runChecks(proofs, options);

export const names = (): string[] => proofs.flatMap(checksOf).map(({ name }) => name);
