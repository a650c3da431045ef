/**
 * Something outside of the cluster that can be reached, so that not reaching it means something: a container of the Docker engine
 * under the cluster, at its own address and at this machine's. The machine itself would not do, since a node may always be reached.
 */
import { networkInterfaces } from 'node:os';
import { run } from '../../cluster/program.ts';
import type { Place } from './matrix.ts';

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

const place = (name: string, host: string, at: number): Place => ({
  component: outside,
  name,
  host,
  port: at,
  portName: 'listener',
});

/** Gives the work the places at which the listener may be reached; which of them really can, the control pod says. */
export async function withOutside<T>(image: string, work: (places: Place[]) => Promise<T>): Promise<T> {
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
      place('a container outside', address.trim(), port),
      ...machineAddresses().map((host) => place('this machine', host, published)),
    ]);
  } finally {
    await docker('rm', '--force', container);
  }
}
