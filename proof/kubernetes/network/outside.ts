/**
 * A listener outside of the cluster: a Docker container, at its own address and at the address of this machine.
 * The machine itself is no test, because a node may always be reached.
 */
import { networkInterfaces } from 'node:os';
import { run } from '@halftone/tools/os/program.ts';
import type { Endpoint } from './connection-matrix.ts';

export const outside = 'outside';

const port = 8099;
const listener = `require('node:net').createServer((socket) => socket.end()).listen(${port})`;

const docker = (...args: string[]): Promise<string> => run('docker', args, { timeoutMs: 60_000 });

/** The cluster's own network where kind has one: containers of different networks don't reach each other. */
async function networkOfCluster(): Promise<string> {
  const names = (await docker('network', 'ls', '--format', '{{.Name}}')).split('\n');
  return names.includes('kind') ? 'kind' : 'bridge';
}

const machineAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
  );

const endpoint = (name: string, host: string, at: number): Endpoint => ({
  component: outside,
  name,
  host,
  port: at,
  portName: 'listener',
});

/** Runs the work with the endpoints of the listener. The control pod shows which of them can be reached. */
export async function withExternalListener<T>(image: string, work: (endpoints: Endpoint[]) => Promise<T>): Promise<T> {
  const network = await networkOfCluster();
  const args = ['run', '--detach', '--rm', '--network', network, '--publish', String(port), '--entrypoint', 'node'];
  const container = (await docker(...args, image, '-e', listener)).trim();
  try {
    const address = await docker(
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      container,
    );
    const published = Number((await docker('port', container, String(port))).split('\n')[0]?.split(':').at(-1));
    return await work([
      endpoint('a container outside', address.trim(), port),
      ...machineAddresses().map((host) => endpoint('this machine', host, published)),
    ]);
  } finally {
    await docker('rm', '--force', container);
  }
}
