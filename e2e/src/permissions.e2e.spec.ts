/** Every cell of docs/permissions.md, tried at every endpoint of its command, by a caller of that kind, in that state. */
import { cells, endpointsOf } from './permissions/page';
import { probes } from './permissions/probes';
import { makeThings, type Things } from './permissions/things';
import { brokenInvariants } from './system';

jest.setTimeout(300_000);

let things: Things;

beforeAll(async () => {
  things = await makeThings();
});

test('every command on the page can be tried, and nothing else is', () => {
  expect(new Set(cells().map(({ command }) => command))).toEqual(new Set(Object.keys(probes)));
});

const attempts = cells().flatMap((cell) => endpointsOf(cell.command).map((endpoint) => ({ ...cell, endpoint })));

test.each(attempts)('$command by $who, $state, at $endpoint: $outcome', async ({ endpoint, ...cell }) => {
  expect(await probes[cell.command]?.(cell, endpoint, things)).toBe(cell.outcome);
});

test('and the shop is in order after all that', async () => {
  expect(await brokenInvariants()).toEqual([]);
});
