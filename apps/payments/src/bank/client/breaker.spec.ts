import { DomainError } from '@halftone/kernel';
import { eventually, scraped } from '@halftone/testing';
import { Breaker } from './breaker';

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

test('a few failures are passed on as they are', async () => {
  await fail(4);
  expect(await breaker.run(works)).toBe('booked');
  expect(await isOpen()).toBe(0);
});

test('failures without end open it: the bank is not asked any more, and that is told as such', async () => {
  await fail(5);
  const asked = jest.fn(works);
  await expect(breaker.run(asked)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(asked).not.toHaveBeenCalled();
  expect(await isOpen()).toBe(1);
});

test('after a while one call decides whether the others may follow', async () => {
  await fail(5);
  await eventually(() => fail(1));
  await expect(breaker.run(works)).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(await eventually(() => breaker.run(works))).toBe('booked');
  expect(await breaker.run(works)).toBe('booked');
  expect(await isOpen()).toBe(0);
});

test('callers who had no time say nothing about the bank, however many', async () => {
  for (let time = 0; time < 20; time += 1)
    await expect(breaker.run(hangs, { patient: false })).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  expect(await breaker.run(works)).toBe('booked');
});
