/** The script that runs inside a pod and tries to connect to each endpoint. */
import type { Endpoint } from './connection-matrix.ts';

/** Long enough for a handshake inside one cluster on a busy machine; dropped packets take all of it. */
const silenceMs = 1500;

/** Prints one outcome per place, in their order, as a JSON array. Needs nothing but Node. */
export const probeScript = `
const { connect } = require('node:net');
const { lookup } = require('node:dns/promises');
const { endpoints, names, silenceMs } = JSON.parse(process.argv[1]);
const tryConnect = ([host, port]) =>
  new Promise((done) => {
    const socket = connect({ host, port });
    const end = (outcome) => (socket.destroy(), done(outcome));
    socket.setTimeout(silenceMs, () => end('silence'));
    socket.once('connect', () => end('connected'));
    socket.once('error', ({ code }) => end(code ?? 'error'));
  });
const resolve = (name) => lookup(name).then(() => 'resolved', ({ code }) => code);
Promise.all([Promise.all(endpoints.map(tryConnect)), Promise.all(names.map(resolve))]).then(([outcomes, resolved]) =>
  console.log(JSON.stringify({ outcomes, resolved })),
);`;

export interface Answers {
  outcomes: string[];
  resolved: string[];
}

export const probeArgument = (endpoints: readonly Endpoint[], names: readonly string[]): string =>
  JSON.stringify({ endpoints: endpoints.map(({ host, port }) => [host, port]), names, silenceMs });

/** Reads the output of the probe: one outcome per endpoint and per name. */
export function readAnswers(output: string, endpoints: readonly Endpoint[], names: readonly string[]): Answers {
  const answers = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answers;
  if (answers.outcomes.length !== endpoints.length || answers.resolved.length !== names.length) {
    throw new Error(`the probe answered ${answers.outcomes.length} of ${endpoints.length} questions`);
  }
  return answers;
}
