/** What is run inside a pod to find out where it can connect to. */
import type { Place } from './matrix.ts';

/** Long enough for a handshake inside one cluster on a busy machine; dropped packets take all of it. */
export const silenceMs = 1500;

/** Prints one outcome per place, in their order, as a JSON array. Needs nothing but Node. */
export const probeScript = `
const { connect } = require('node:net');
const { lookup } = require('node:dns/promises');
const { places, names, silenceMs } = JSON.parse(process.argv[1]);
const knock = ([host, port]) =>
  new Promise((done) => {
    const socket = connect({ host, port });
    const end = (outcome) => (socket.destroy(), done(outcome));
    socket.setTimeout(silenceMs, () => end('silence'));
    socket.once('connect', () => end('connected'));
    socket.once('error', ({ code }) => end(code ?? 'error'));
  });
const resolve = (name) => lookup(name).then(() => 'resolved', ({ code }) => code);
Promise.all([Promise.all(places.map(knock)), Promise.all(names.map(resolve))]).then(([outcomes, resolved]) =>
  console.log(JSON.stringify({ outcomes, resolved })),
);`;

export interface Answers {
  outcomes: string[];
  resolved: string[];
}

export const probeArgument = (places: readonly Place[], names: readonly string[]): string =>
  JSON.stringify({ places: places.map(({ host, port }) => [host, port]), names, silenceMs });

/** The pod's own words, checked: an answer for each question. */
export function readAnswers(output: string, places: readonly Place[], names: readonly string[]): Answers {
  const answers = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answers;
  if (answers.outcomes.length !== places.length || answers.resolved.length !== names.length) {
    throw new Error(`the probe answered ${answers.outcomes.length} of ${places.length} questions`);
  }
  return answers;
}
