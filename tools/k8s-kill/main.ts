/** `npm run k8s:kill -- SERVICE`: deletes a pod and shows, live, what that does to connected clients and to orders. */
import { parseArgs } from 'node:util';
import { targetArguments, targetHelp, targetOf } from '../cluster/target.ts';
import { onInterruption } from '../engines/interruption.ts';
import { messageOf } from '../command/message-of.ts';
import { runMain } from '../command/run-main.ts';
import { kill, type KillOptions } from './kill.ts';
import { linesOf } from './report.ts';

const help = `npm run k8s:kill -- SERVICE    opens clients, lets orders flow, deletes one pod of the service and tells how the clients fare:
                               when cut, when back, events lost or duplicated, requests failed; exit code 1 if any was
SERVICE                        gateway graph orders payments images images-worker notifications realtime postgres kafka redis

--graceful        with SIGTERM, preStop and the grace period; by force unless told
--count N         that many pods, one after the other (1)
--clients N       WebSocket clients (10)
--sse N           server-sent event clients (2)
${targetHelp}
--json            the outcome as one JSON line on stdout; words on stderr
`;

const whole = (option: string, given: string): number => {
  if (!/^\d+$/.test(given)) throw new Error(`${option} ${given}: a whole number is wanted`);
  return Number(given);
};

function optionsOf(): (KillOptions & { json: boolean }) | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      graceful: { type: 'boolean', default: false },
      count: { type: 'string', default: '1' },
      clients: { type: 'string', default: '10' },
      sse: { type: 'string', default: '2' },
      ...targetArguments,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [component, ...more] = positionals;
  if (!component || more.length > 0) throw new Error(`one service is wanted: npm run k8s:kill -- realtime`);
  return {
    target: targetOf(values),
    component,
    graceful: values.graceful,
    count: whole('--count', values.count),
    sockets: whole('--clients', values.clients),
    streams: whole('--sse', values.sse),
    json: values.json,
  };
}

async function main(): Promise<number> {
  const options = optionsOf();
  if (!options) {
    process.stderr.write(help);
    return 0;
  }
  const { signal, exitCode } = onInterruption(() => undefined);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const outcome = await kill(options, say, signal);
    for (const line of linesOf(outcome)) say(line);
    if (options.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    return outcome.ok ? 0 : 1;
  } catch (error) {
    say(signal.aborted ? 'interrupted; a pod that was deleted comes back by itself' : messageOf(error));
    return exitCode() || 1;
  }
}

runMain(main);
