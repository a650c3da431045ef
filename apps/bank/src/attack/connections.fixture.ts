import { Socket } from 'node:net';

/** Records the ports of all connections this process opens during `work`; undefined for a failed one. */
export async function recordConnections(work: () => Promise<unknown>): Promise<(number | undefined)[]> {
  const ports: (number | undefined)[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const failed = () => ports.push(undefined);
    this.once('error', failed).once('connect', () => {
      this.off('error', failed);
      ports.push(this.remotePort);
    });
    return (connect as (...all: unknown[]) => Socket).apply(this, args);
  } as typeof connect;
  try {
    await work();
  } finally {
    Socket.prototype.connect = connect;
  }
  return ports;
}
