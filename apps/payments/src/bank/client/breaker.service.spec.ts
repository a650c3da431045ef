import { DomainError } from '@halftone/kernel';
import { eventually, scraped } from '@halftone/testing';
import { Breaker } from './breaker.service';

const works = async () => 'booked';
const hangs = async () => {
  throw new DomainError('DEADLINE_EXCEEDED', 'no answer');
};
const refused = (code: string) => expect.objectContaining({ code });

let breaker: Breaker;

beforeEach(() => (breaker = new Breaker(50)));
afterEach(() => breaker.close());

const fail = async (times: number) => {
  for (let time = 0; time < times; time += 1)
    await expect(breaker.run(hangs)).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
};

const isOpen = () => scraped('bank_breaker_state{state="open"}');

test('a few failures leave it closed and pass through', async () => {
  await fail(4);
  expect(await breaker.run(works)).toBe('booked');
  expect(await isOpen()).toBe(0);
});

test('many failures open it: the bank is not called, and the error is BANK_UNAVAILABLE', async () => {
  await fail(5);
  const call = jest.fn(works);
  await expect(breaker.run(call)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(call).not.toHaveBeenCalled();
  expect(await isOpen()).toBe(1);
});

test('when half open, one call decides whether it closes', async () => {
  await fail(5);
  await eventually(() => fail(1));
  await expect(breaker.run(works)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(await eventually(() => breaker.run(works))).toBe('booked');
  expect(await breaker.run(works)).toBe('booked');
  expect(await isOpen()).toBe(0);
});

test('timeouts of callers with short deadlines do not count', async () => {
  for (let time = 0; time < 20; time += 1)
    await expect(breaker.run(hangs, { fullTime: false })).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  expect(await breaker.run(works)).toBe('booked');
});
