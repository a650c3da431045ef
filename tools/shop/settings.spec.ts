import { loadedPort } from './settings.ts';

describe('a port that was set', () => {
  it('is a number a socket can have', () => {
    expect(loadedPort('GATEWAY_PORT', '8080')).toBe(8080);
    expect(loadedPort('GATEWAY_PORT', undefined)).toBeUndefined();
  });

  it.each(['http', '0', '65536', '80.5'])('is refused by name when it is %s', (text) => {
    expect(() => loadedPort('GATEWAY_PORT', text)).toThrow(`GATEWAY_PORT is '${text}'`);
  });
});
