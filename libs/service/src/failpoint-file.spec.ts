import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { armFailpoints, failpoint } from './failpoint';
import { armFromFile } from './failpoint-file';

let folder: string;
let file: string;
let end: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-failpoints-'));
  file = join(folder, 'orders');
});
afterEach(() => {
  end();
  armFailpoints('');
  rmSync(folder, { recursive: true });
});

/**
 * Arms a file as chaos tools do: remove the old acknowledgement, replace the file, wait for the new acknowledgement.
 */
async function arm(text: string): Promise<void> {
  rmSync(`${file}.armed`, { force: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  while (!existsSync(`${file}.armed`) || readFileSync(`${file}.armed`, 'utf8') !== text) await sleep(5);
}

const fires = (name: string) =>
  failpoint(name).then(
    () => false,
    () => true,
  );

test('the content of the file at the start is armed before anything runs', async () => {
  writeFileSync(file, 'here=error');
  end = armFromFile(file);
  expect(await fires('here')).toBe(true);
});

test('a file that appears later, changes and disappears is followed', async () => {
  end = armFromFile(file);
  await arm('here=error');
  expect(await fires('here')).toBe(true);
  await arm('there=error');
  expect([await fires('here'), await fires('there')]).toEqual([false, true]);
  rmSync(file);
  while (await fires('there')) await sleep(5);
});

test('a count is used up once per write, however often the change is reported', async () => {
  end = armFromFile(file);
  for (let round = 0; round < 2; round++) {
    await arm('here=error*1');
    expect([await fires('here'), await fires('here')]).toEqual([true, false]);
  }
});

test('an invalid text changes nothing and is not acknowledged', async () => {
  armFailpoints('here=error');
  writeFileSync(file, 'there=explode');
  end = armFromFile(file);
  expect([await fires('here'), existsSync(`${file}.armed`)]).toEqual([true, false]);
});

test('a process that is killed first writes the remaining counts', async () => {
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  end = armFromFile(file);
  await arm('here=kill*1;there=delay:5*3;elsewhere=kill*2');
  await failpoint('there');
  void failpoint('here');
  expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
  expect(readFileSync(file, 'utf8')).toBe('there=delay:5*2;elsewhere=kill*2');
  kill.mockRestore();
});
