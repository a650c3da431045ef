import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from './os-process.ts';
import { tryLock, unlock, whileLocked } from './pid-lock.ts';

describe('a lock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halftone-lock-'));
  const file = join(folder, 'a.lock');

  afterEach(() => unlock(file));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is held by one at a time, who can be asked for', () => {
    expect(tryLock(file)).toBeUndefined();
    expect(tryLock(file)).toEqual(thisProcess());
  });

  it.each([
    ['is dead', JSON.stringify({ pid: 2 ** 22 + 1, born: '1' })],
    ['has left its pid to another program', JSON.stringify({ pid: process.pid, born: 'long ago' })],
    ['was cut short while writing', '{"pid":'],
  ])('is taken from a holder that %s', (_, content) => {
    writeFileSync(file, content);
    expect(tryLock(file)).toBeUndefined();
  });

  it('makes others wait, and is given back after a failure', async () => {
    const order: string[] = [];
    const failing = whileLocked(file, undefined, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push('first');
      throw new Error('failed');
    });
    const second = whileLocked(file, undefined, () => Promise.resolve(order.push('second')));
    await expect(failing).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(existsSync(file)).toBe(false);
  });
});
