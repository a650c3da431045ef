import { createServer } from 'node:net';
import { choosePort, freePort } from './port.ts';

const choose = (wanted: (number | undefined)[], free: number[]) =>
  choosePort(
    wanted,
    (port) => Promise.resolve(free.includes(port)),
    () => Promise.resolve(50_000),
  );

describe('the port of a process', () => {
  it('is the first wanted one that is free', async () => {
    expect(await choose([undefined, 8080, 8081], [8081, 8080])).toBe(8080);
    expect(await choose([8080, 8081], [8081])).toBe(8081);
  });

  it('is any free one when those wanted are taken', async () => {
    expect(await choose([8080], [])).toBe(50_000);
    expect(await choose([], [])).toBe(50_000);
  });

  it('is never given to two', async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    expect(new Set([...ports, await freePort(ports[0])]).size).toBe(4);
  });

  it('is not one that somebody listens on', async () => {
    const server = createServer();
    const taken = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port))),
    );
    expect(await freePort(taken)).not.toBe(taken);
    await new Promise((resolve) => server.close(resolve));
  });
});
