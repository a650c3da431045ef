/** `npm run lab -- endurance`: its options and its output. */
import { transportNames, type TransportName } from '@halftone/client';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import type { ListenerResult } from './endurance-listener.ts';
import { runEndurance, type EnduranceLoad } from './endurance.ts';
import type { Lab } from '../lab.ts';
import { percentileMs } from '../../harness/percentile.ts';

const load: EnduranceLoad = {
  events: 20_000,
  clients: { websocket: 50, sse: 50, 'long-poll': 20 },
  replicas: 3,
  kills: 20,
};

/** The 99th percentile of the times without a connection may be so long, in ms. */
const backWithinMs = 5_000;

interface Verdict {
  transport: TransportName;
  clients: number;
  /** Of all clients together. */
  events: number;
  lost: number;
  duplicated: number;
  resets: number;
  cuts: number;
  backMs: { p50: number; p99: number; max: number };
  /** Different sequences that clients received. */
  sequences: number;
  ok: boolean;
}

/** `reference` is the digest of the others. */
function judge(transport: TransportName, results: readonly ListenerResult[], reference: string | undefined): Verdict {
  const sum = (of: 'events' | 'lost' | 'duplicated' | 'resets') => results.reduce((total, one) => total + one[of], 0);
  const away = results.flatMap(({ awayMs }) => awayMs);
  const backMs = { p50: percentileMs(away, 0.5), p99: percentileMs(away, 0.99), max: percentileMs(away, 1) };
  const sequences = new Set(results.map(({ digest }) => digest));
  const [lost, duplicated, resets] = [sum('lost'), sum('duplicated'), sum('resets')];
  const whole = lost === 0 && duplicated === 0 && resets === 0 && sum('events') === results.length * load.events;
  const same = sequences.size === 1 && reference !== undefined && sequences.has(reference);
  const counts = { clients: results.length, events: sum('events'), lost, duplicated, resets, cuts: away.length };
  const ok = whole && same && away.length > 0 && backMs.p99 <= backWithinMs;
  return { transport, ...counts, backMs, sequences: sequences.size, ok };
}

function show(verdict: Verdict, print: (text: string) => void): void {
  const { transport, clients, events, lost, duplicated, resets, cuts, backMs, sequences, ok } = verdict;
  print(
    `${ok ? '✔' : '✘'} ${clients} × ${transport}: ${events} events, lost ${lost}, duplicated ${duplicated}, resets ${resets}, ` +
      `${sequences === 1 ? 'all the same' : `${sequences} different sequences`}; ${cuts} cuts, ` +
      `back after p50 ${backMs.p50} ms, p99 ${backMs.p99} ms, at most ${backMs.max} ms`,
  );
}

export const endurance: Lab = {
  name: 'endurance',
  title: 'kill realtime processes while 120 clients receive 20,000 events',
  about: [
    'the same 20,000 events to 50 WebSocket, 50 SSE and 20 long-poll clients, while the processes that serve them are',
    'SIGKILLed 20 times and replaced in order once. All receive the same: nothing lost, nothing twice, back within 5 s.',
  ],
  killNow: killSandbox,
  async run({ json, say, print, signal }) {
    const { results, kills, rolled, ms } = await runEndurance(load, { note: say, signal });
    const reference = results[0]?.digest;
    const verdicts = transportNames.map((name) =>
      judge(
        name,
        results.filter(({ transport }) => transport === name),
        reference,
      ),
    );
    for (const verdict of verdicts) {
      if (json) print(JSON.stringify({ lab: 'endurance', ...verdict }));
      else show(verdict, print);
    }
    const ok = verdicts.every((verdict) => verdict.ok);
    if (json) print(JSON.stringify({ lab: 'endurance', lesson: ok ? 'ok' : 'failed', kills, rolled, ms }));
    else print(`${kills} processes killed, ${rolled} replaced, in ${Math.round(ms / 1_000)} s`);
    return ok;
  },
};
