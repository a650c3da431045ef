/** 150 passwords are guessed as fast as possible, on the running shop. Every address of 127.0.0.0/8 is this machine. */
import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import { system } from './system';

const anyAddress = () => `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;

function statusOf(localAddress: string, customer: string, password: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${system().urls.gateway}/v1/tokens`, {
      agent: new Agent({ localAddress }),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    asked.on('error', reject).on('response', (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.end(JSON.stringify({ customer, password }));
  });
}

test('150 guesses, then the right password: refused from there, while the owner gets in from elsewhere', async () => {
  const [attacker, owner] = [anyAddress(), anyAddress()];
  const guesses = await Promise.all(Array.from({ length: 150 }, (_, n) => statusOf(attacker, 'olga', `guess ${n}`)));
  // On a slow machine some of those that wait in turn run out of their time: 504.
  expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(100);
  expect(guesses.filter((status) => status === 401).length).toBeLessThan(20);
  expect(await statusOf(attacker, 'olga', demoPassword())).toBe(429);
  expect(await statusOf(owner, 'olga', demoPassword())).toBe(200);
  expect(await statusOf(attacker, 'alice', demoPassword())).toBe(200);
});
