import { measureMachine } from './machine.ts';
import { probeAll } from './probes.ts';

test('every probe ends with one line, whatever is there', async () => {
  const findings = Object.entries(await probeAll());
  expect(findings.length).toBeGreaterThan(40);
  const unclear = findings.filter(([, { says }]) => says.trim() === '' || says.includes('\n'));
  expect(unclear).toEqual([]);
  expect(Object.fromEntries(findings)).toMatchObject({ node: { ok: true, says: expect.stringContaining('v24') } });
});

test('a machine is measured', async () => {
  const { memoryGiB, cores, diskGiB, openFiles, takenPorts } = await measureMachine();
  for (const amount of [memoryGiB, cores, diskGiB, openFiles]) expect(amount).toBeGreaterThan(0);
  expect(takenPorts).toEqual({ shop: expect.any(Array), cluster: expect.any(Array) });
});
