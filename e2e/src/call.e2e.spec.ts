import { randomUUID } from 'node:crypto';
import { processesOf } from '@halftone/tools/shop/processes.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, signInAt } from './browser';
import { waitUntilBack } from './system';

/** Two browsers on a machine with two busy processors need their time. */
const patienceMs = 60_000;
jest.setTimeout(600_000);

let browser: Browser;
let pages: [Page, Page];
let room: string;

beforeAll(async () => {
  browser = await openBrowser();
  pages = [await signInAt(browser, 'alice'), await signInAt(browser, 'bob')];
});
afterAll(() => browser?.close());
beforeEach(() => {
  room = `call:${randomUUID()}`;
});

const both = <Result>(work: (page: Page) => Promise<Result>) => Promise.all(pages.map(work));
/** The address names the room; no click stands between the two pages and the same moment. */
const enter = (page: Page) => page.evaluate(`location.hash = '${room}'`);
const other = (page: Page) => page.locator(`[data-room="${room}"] [data-peer]`);
const call = (page: Page) => page.locator(`[data-room="${room}"]`);

const connected = (page: Page) =>
  call(page).locator('[data-channel=open][data-state=connected]').waitFor({ timeout: patienceMs });

async function say(from: Page, to: Page, text: string): Promise<void> {
  await from.getByLabel('Message').fill(text);
  await from.getByRole('button', { name: 'Send' }).click();
  await to.getByText(text).waitFor({ timeout: patienceMs });
}

/** Kills every realtime replica at the same time. The returned function waits until all are back. */
async function killSignalling(): Promise<() => Promise<unknown>> {
  const killed = processesOf('realtime');
  for (const { pid } of killed) process.kill(pid, 'SIGKILL');
  return () => Promise.all(killed.map(waitUntilBack));
}

test('two browsers see each other and talk over a data channel', async () => {
  await both(enter);
  await both(connected);
  const [alice, bob] = pages;
  await say(alice, bob, 'hello bob');
  await say(bob, alice, 'hello alice');
  const plays =
    "[...document.querySelectorAll('video')].every((video) => video.videoWidth > 0 && video.currentTime > 0.5)";
  await both((page) => eventually('videos to play', async () => (await page.evaluate<boolean>(plays)) || undefined));
});

test('50 calls in which both offer at the same moment connect', async () => {
  let collided = 0;
  for (let round = 0; round < 50; round += 1) {
    room = `call:${randomUUID()}`;
    await both(enter);
    await both(connected);
    const collisions = await both((page) => other(page).getAttribute('data-collisions'));
    if (collisions.some(Number)) collided += 1;
  }
  // The test would show nothing if offers did not meet.
  expect(collided).toBeGreaterThan(0);
});

test('both may negotiate again at the same moment, 50 times, and still talk', async () => {
  await both(enter);
  await both(connected);
  for (let round = 0; round < 50; round += 1) {
    await both((page) => page.getByRole('button', { name: 'Negotiate again' }).click());
  }
  await both(connected);
  await say(pages[0], pages[1], 'after all that');
});

test('signalling is killed while a call begins: the call begins all the same', async () => {
  const [alice, bob] = pages;
  await enter(alice);
  await alice.locator(`[data-room="${room}"][data-self]`).waitFor({ timeout: patienceMs });
  await enter(bob);
  const back = await killSignalling();
  await back();
  await both(connected);
  await say(alice, bob, 'begun');
});

test('a call goes on while no signalling is there, and both are known by the same names when it is back', async () => {
  await both(enter);
  await both(connected);
  const names = () => both((page) => other(page).getAttribute('data-peer'));
  const before = await names();
  const back = await killSignalling();
  await say(pages[0], pages[1], 'nobody carries this but us');
  await back();
  await both((page) => page.locator('[data-connection=open]').waitFor({ timeout: patienceMs }));
  await both((page) => other(page).and(page.locator('[data-present=true]')).waitFor({ timeout: patienceMs }));
  expect(await names()).toEqual(before);
  await say(pages[1], pages[0], 'still the same call');
});
