/** Failures caused by users: page reloads. */
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryStorage, transportNames, type TransportName } from '@halftone/client';
import { TimedListener, type Cut, type TimedEvent } from './timed-listener.ts';
import { channelOf, publish, newCustomer, publishSteadily, until, type Row, type LabSetup } from './lab-setup.ts';
import type { Observation } from './verdict.ts';

const refreshes = 8;
const readMs = 300;

/** Pages one after the other with the same `sessionStorage`. */
async function read({ sandbox, signal }: LabSetup, transport: TransportName): Promise<Observation> {
  const customer = newCustomer();
  const storage = memoryStorage();
  const [received, cuts]: [TimedEvent[], Cut[]] = [[], []];
  let resets = 0;
  await publish(sandbox, customer);
  const failedAt = performance.now();
  const stop = publishSteadily(sandbox, [{ customer }], 20);
  const open = () =>
    new TimedListener({ transports: [transport], urls: sandbox.urls, token: () => sandbox.token(customer), storage });
  const leave = async (listener: TimedListener) => {
    await listener.close();
    received.push(...listener.received);
    resets += listener.resets;
  };
  let listener = open();
  try {
    for (let time = 0; time < refreshes; time += 1) {
      await sleep(readMs);
      await leave(listener);
      const cut: Cut = { at: performance.now() };
      listener = open();
      if (await until(() => listener.isOpen, signal)) cut.backAt = performance.now();
      cuts.push(cut);
    }
  } finally {
    await stop();
  }
  const published = await publish(sandbox, customer);
  await until(() => listener.lastSeq === published, signal);
  await leave(listener);
  return {
    transport,
    received,
    published: sandbox.publisher.last(channelOf(customer)),
    resets,
    cuts,
    failedAt,
    wellAt: failedAt,
  };
}

export const refresh: Row = {
  failure: 'the page is reloaded 8 times while events flow',
  promised: { cuts: 'some', backWithinMs: 5_000 },
  run: (setup) => Promise.all(transportNames.map((transport) => read(setup, transport))),
};
