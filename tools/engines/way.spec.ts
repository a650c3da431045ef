import { firstWay, requireMajor, versionIn, waysFor } from './way.ts';
import { Unavailable } from '../os/unavailable.ts';
import type { Way } from '../os/run-state.ts';

describe('the ways of getting an engine', () => {
  it('begin with Docker and end with packages', () => {
    expect(waysFor(undefined, undefined)).toEqual(['docker', 'path', 'packages']);
  });

  it('are none but the given URL', () => {
    expect(waysFor('redis://elsewhere', 'docker')).toEqual(['environment']);
  });

  it('can be narrowed to one, which must exist', () => {
    expect(waysFor(undefined, 'packages')).toEqual(['packages']);
    expect(() => waysFor(undefined, 'brew')).toThrow("HALFTONE_ENGINES is 'brew'");
  });
});

describe('the first way that works', () => {
  const attempt = (works: Way) => (way: Way) =>
    way === works ? Promise.resolve(`by ${way}`) : Promise.reject(new Unavailable(`no ${way} here`));

  it('is taken, and those after it are not tried', async () => {
    const tried: Way[] = [];
    const outcome = await firstWay(['docker', 'path', 'packages'], (way) => {
      tried.push(way);
      return attempt('path')(way);
    });
    expect(outcome).toEqual({ result: 'by path', way: 'path' });
    expect(tried).toEqual(['docker', 'path']);
  });

  it('says of every way why it failed when none works', async () => {
    const none = firstWay(['docker', 'path'], attempt('packages'));
    await expect(none).rejects.toThrow('docker: no docker here; path: no path here');
  });

  it('does not hide a mistake of ours behind the next way', async () => {
    const broken = () => Promise.reject(new TypeError('a bug'));
    await expect(firstWay(['docker', 'path'], broken)).rejects.toThrow(TypeError);
  });
});

describe('a version', () => {
  it.each([
    ['postgres (PostgreSQL) 18.4 (Debian 18.4-1)', [18, 4]],
    ['openjdk 17.0.15 2025-04-15', [17, 0, 15]],
    ['none', []],
  ])('is the first dotted number of %s', (text, version) => {
    expect(versionIn(text)).toEqual(version);
  });

  it('that is too old names the program and what is needed', () => {
    expect(() => requireMajor('postgres', '15.18', 18)).toThrow('postgres is 15.18, 18 is needed');
    expect(() => requireMajor('postgres', '18.4', 18)).not.toThrow();
  });
});
