/** `halftone k8s kill SERVICE`: deletes a pod and shows, live, what that does to connected clients and to orders. */
import { requireAnswer } from '@halftone/tools/cluster/cluster.ts';
import { type TargetOptions, targetOf } from '@halftone/tools/cluster/target.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { exitCodeOf } from '@halftone/tools/terminal/exit-code.ts';
import { kill } from '@halftone/proof/kubernetes/kill/kill.ts';
import { linesOf } from '@halftone/proof/kubernetes/kill/report.ts';

export interface KillArguments extends TargetOptions {
  graceful: boolean;
  count: number;
  clients: number;
  sse: number;
  json: boolean;
}

export async function run(values: KillArguments, component: string): Promise<number> {
  const { graceful, count, clients: sockets, sse: streams, json } = values;
  const target = targetOf(values);
  const { signal, exitCode } = onInterruption(() => undefined);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    await requireAnswer(target);
    const outcome = await kill({ target, component, graceful, count, sockets, streams }, say, signal);
    for (const line of linesOf(outcome)) say(line);
    if (json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    return outcome.ok ? 0 : 1;
  } catch (error) {
    say(signal.aborted ? 'interrupted; a pod that was deleted comes back by itself' : messageOf(error));
    return exitCode() || exitCodeOf(error);
  }
}
