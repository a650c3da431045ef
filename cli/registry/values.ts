/** Parsers of option values. A value that does not fit is refused with the name of the option. */
import { InvalidArgumentError } from 'commander';

export const wholeNumber =
  (from: number, to = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${from}${to < 2 ** 53 - 1 ? ` to ${to}` : ''}.`);
  };

export function aboveZero(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It takes a number above 0.');
}

export const list = (text: string): string[] => text.split(',').filter(Boolean);

export const listOf =
  (choices: readonly string[]) =>
  (text: string): string[] => {
    const given = list(text);
    const unknown = given.find((one) => !choices.includes(one));
    if (unknown === undefined) return given;
    throw new InvalidArgumentError(`There is no ${unknown}; there is ${choices.join(', ')}.`);
  };

export function url(text: string): string {
  if (URL.canParse(text)) return text;
  throw new InvalidArgumentError('It takes a URL.');
}
