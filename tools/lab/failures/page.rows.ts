/** What people do: they press reload. */
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryStorage, transportNames, type TransportName } from '@halftone/client';
import { Ear, type Cut, type Heard } from './ear.ts';
import { channelOf, publish, someCustomer, startTrickle, until, type Row, type Scene } from './scene.ts';
import type { Observation } from './verdict.ts';

const refreshes = 8;
const readMs = 300;

/** One page after the other with the same `sessionStorage`; each hears what it hears until it is thrown away. */
async function read({ stage, signal }: Scene, transport: TransportName): Promise<Observation> {
  const customer = someCustomer();
  const storage = memoryStorage();
  const [heard, cuts]: [Heard[], Cut[]] = [[], []];
  let resets = 0;
  await publish(stage, customer);
  const failedAt = performance.now();
  const stop = startTrickle(stage, [{ customer }], 20);
  const open = () =>
    new Ear({ transports: [transport], urls: stage.urls, token: () => stage.token(customer), storage });
  const leave = async (ear: Ear) => {
    await ear.close();
    heard.push(...ear.heard);
    resets += ear.resets;
  };
  let ear = open();
  try {
    for (let time = 0; time < refreshes; time += 1) {
      await sleep(readMs);
      await leave(ear);
      const cut: Cut = { at: performance.now() };
      ear = open();
      if (await until(() => ear.isOpen, signal)) cut.backAt = performance.now();
      cuts.push(cut);
    }
  } finally {
    await stop();
  }
  const published = await publish(stage, customer);
  await until(() => ear.lastSeq === published, signal);
  await leave(ear);
  return {
    transport,
    heard,
    published: stage.publisher.last(channelOf(customer)),
    resets,
    cuts,
    failedAt,
    wellAt: failedAt,
  };
}

export const refresh: Row = {
  failure: 'the page is reloaded 8 times while events flow',
  promised: { cuts: 'some', backWithinMs: 5_000 },
  run: (scene) => Promise.all(transportNames.map((transport) => read(scene, transport))),
};
