/**
 * Attacks from outside, one after the other, while another customer reads and orders.
 * Each round measures a period without the attack and a period with it, on the same machine.
 */
import { openSandbox, type Sandbox } from '../../harness/sandbox/sandbox.ts';
import { untilIdle } from '../../harness/sandbox/work-in-progress.ts';
import { signIn } from '../../harness/clients/session.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { signAccessToken } from '../../harness/sandbox/realtime/access-token.ts';
import { labelOf, type ServiceName, topology } from '@halftone/tools/shop/topology.ts';
import { verify } from '../../verify/verify.ts';
import { type Attack, Tally, type Target, targetOf } from './attack.ts';
import { type Attacker, prepare } from './attacker-process.ts';
import { chartLimits, watchMemory } from './memory.ts';
import { OtherCustomer, type ServiceLevel } from './other-customer.ts';
import type { Round, Seen } from './verdict.ts';

export interface AttacksOptions {
  attacks: readonly Attack[];
  /** Of one attack, and of the period without it. */
  seconds: number;
  rounds: number;
  note: (text: string) => void;
  seen: (seen: Seen, attack: Attack) => void;
  signal: AbortSignal;
}

const otherCustomer = 'alice';
const who = { attacker: 'bob', recipient: 'olga' };
/** All of 127/8 is this machine on Linux, and limits per address must not hit the other customer. */
const localAddress = process.platform === 'linux' ? '127.0.0.2' : undefined;
const patienceMs = 60_000;
/** Warm-up before the measurement. */
const restSeconds = 3;

export async function attacksLab({ attacks, seconds, rounds, note, seen, signal }: AttacksOptions): Promise<void> {
  const sandbox = await openSandbox({ name: 'lab-attacks', settings: heapsAsInContainers(), note, signal });
  try {
    const other = await OtherCustomer.open(await signIn(sandbox.urls.gateway, otherCustomer));
    for (const attack of attacks) {
      signal.throwIfAborted();
      note(`${attack.name}: ${attack.about}`);
      seen(await runAttack(sandbox, other, attack, { seconds, rounds, signal }), attack);
    }
  } finally {
    await sandbox.close();
  }
}

/** In a container V8 limits its heap to half of the memory limit. Here the limit is set by an option. */
function heapsAsInContainers(): Partial<Record<ServiceName, Record<string, string>>> {
  const limitOf = chartLimits();
  const heapOf = (name: ServiceName) => `--max-old-space-size=${limitOf(name) / 2}`;
  return Object.fromEntries(topology.map(({ name }) => [name, { NODE_OPTIONS: heapOf(name) }]));
}

async function runAttack(
  sandbox: Sandbox,
  other: OtherCustomer,
  attack: Attack,
  { seconds, rounds, signal }: Pick<AttacksOptions, 'seconds' | 'rounds' | 'signal'>,
): Promise<Seen> {
  const before = pidsOf(sandbox);
  const memory = watchMemory(() => sandbox.processes());
  const tally = new Tally();
  const all: Round[] = [];
  const harm: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await untilIdle(sandbox.sources.databaseUrl, patienceMs);
    const attacker = await prepare(attack);
    await other.work(restSeconds, signal);
    const calm = await other.work(seconds, signal);
    const { attacked, answers } = await underAttack(attacker, target(sandbox), () => other.work(seconds, signal));
    for (const [answer, count] of Object.entries(answers)) tally.add(answer, count);
    all.push({ calm, attacked });
    signal.throwIfAborted();
    await attack.stillPossible?.(sandbox.urls.gateway).catch((error: unknown) => harm.push(messageOf(error)));
  }
  await untilIdle(sandbox.sources.databaseUrl, patienceMs);
  const { results } = await verify(sandbox.sources, { patienceMs });
  const after = pidsOf(sandbox);
  return {
    ...{ attack: attack.name, seconds, answers: tally.answers, rounds: all, memory: memory() },
    restarted: [...before].filter(([label, pid]) => after.get(label) !== pid).map(([label]) => label),
    harm,
    broken: results.filter(({ ok }) => !ok).map(({ invariant }) => invariant),
  };
}

async function underAttack(attacker: Attacker, target: Target, work: () => Promise<ServiceLevel>) {
  attacker.begin(target);
  try {
    const attacked = await work();
    return { attacked, answers: await attacker.end() };
  } finally {
    await attacker.end();
  }
}

const target = ({ run }: Sandbox): Target =>
  targetOf(run, { ...who, token: signAccessToken(who.attacker), localAddress });

const pidsOf = ({ run }: Sandbox): Map<string, number> => new Map(run.services.map((one) => [labelOf(one), one.pid]));
