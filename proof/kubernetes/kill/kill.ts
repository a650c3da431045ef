/** Deletes pods one after the other while clients listen and orders are placed, then counts lost and duplicated events. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cheapestProduct, photo, uploadAndWait } from '../../harness/clients/shop.ts';
import { signIn } from '../../harness/clients/session.ts';
import { pods } from '@halftone/tools/cluster/pods.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { takeReleasePassword } from '@halftone/tools/cluster/release-password.ts';
import { releaseUrls } from '@halftone/tools/cluster/urls.ts';
import { ListeningClients } from './listening-clients.ts';
import { OrderFlow } from './order-flow.ts';
import { byForce, gracefully, killPod, victimIn } from './kill-pod.ts';
import { outcomeOf, type Outcome, type PodReport } from './report.ts';
import { inWords, connectionCounts } from './connection-counts.ts';

export interface KillOptions {
  target: Target;
  component: string;
  graceful: boolean;
  /** How many pods, one after the other. */
  count: number;
  sockets: number;
  streams: number;
}

type Say = (line: string) => void;

interface KillContext {
  clients: ListeningClients;
  flow: OrderFlow;
}

/** Time without a deletion, before the first and after the last. */
const steadyMs = 3_000;
const lookEveryMs = 500;
const podPatienceMs = 180_000;

export async function kill(options: KillOptions, say: Say, signal: AbortSignal): Promise<Outcome> {
  victimIn(await pods(options.target), options.target, options.component);
  const context = await prepare(options, say);
  try {
    await sleep(steadyMs, undefined, { signal });
    say(`clients: ${inWords(await connectionCounts(options.target))}`);
    const deletedAt = performance.now();
    const killed: PodReport[] = [];
    for (let turn = 0; turn < options.count; turn += 1) killed.push(await killOne(options, context, say, signal));
    await context.clients.allBack(signal);
    await sleep(steadyMs, undefined, { signal });
    say(`clients: ${inWords(await connectionCounts(options.target))}`);
    say('waiting until every order has ended and every client has its events');
    const orders = await context.flow.stop();
    return outcomeOf(options.component, killed, await context.clients.report(orders, deletedAt), context.flow.placed);
  } finally {
    await context.clients.close();
  }
}

async function prepare({ target, sockets, streams }: KillOptions, say: Say): Promise<KillContext> {
  const urls = await releaseUrls(target);
  await takeReleasePassword(target);
  const alice = await signIn(urls.gateway, 'alice');
  const imageId = await uploadAndWait(alice, await photo('chelsea.png'));
  const { id: product } = await cheapestProduct(alice);
  const clients = await ListeningClients.open(alice, urls.realtime, sockets, streams);
  say(
    `${sockets} WebSocket and ${streams} SSE clients listen at ${urls.realtime[0]}, 2 orders a second go to ${urls.gateway}`,
  );
  return { clients, flow: new OrderFlow(alice, imageId, product) };
}

async function killOne(options: KillOptions, context: KillContext, say: Say, signal: AbortSignal): Promise<PodReport> {
  const { target, component, graceful } = options;
  const begun = performance.now();
  const print = (line: string) => say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  let said = '';
  const { victim, replacement } = await killPod({
    target,
    component,
    by: graceful ? gracefully : byForce,
    withinMs: podPatienceMs,
    everyMs: lookEveryMs,
    signal,
    onVictim: ({ metadata }) => print(`${metadata.name} is deleted ${graceful ? 'with its grace period' : 'by force'}`),
    onLook: (changes) => {
      changes.forEach(print);
      const state = stateOf(context);
      if (state !== said) print((said = state));
    },
  });
  return { pod: victim.metadata.name, ...(replacement && { replacement }) };
}

function stateOf({ clients, flow }: KillContext): string {
  const retried = flow.placed.filter(({ attempts }) => attempts > 1).length;
  const failed = flow.placed.filter(({ ok }) => !ok).length;
  return [
    `clients ${clients.connected}/${clients.size} connected, ${clients.cuts} cut, ${clients.received} events received`,
    `orders ${flow.placed.length} answered, ${flow.open} open, ${retried} retried, ${failed} failed`,
  ].join('; ');
}
