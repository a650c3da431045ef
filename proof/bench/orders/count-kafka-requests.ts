/**
 * Counts, loaded into a process with `--import`, the requests that it sends to Kafka, by API key (the second field of a request, after its
 * length). kafkajs writes one request at a time. SIGUSR2 asks for the counts, which go to the file PID.json of KAFKA_COUNTS_FOLDER.
 * Kafka itself publishes such counts over JMX alone.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Socket, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';

const port = Number(process.env['KAFKA_BROKERS']?.split(':').at(-1));
const folder = process.env['KAFKA_COUNTS_FOLDER'] ?? '';
const counts: Record<number, number> = {};

/** Node passes on what it was given as an array. */
function portIn([first]: readonly unknown[]): number {
  const options = (Array.isArray(first) ? first[0] : first) as Partial<NetConnectOpts> & { port?: number | string };
  return Number(options?.port);
}

function countWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = ((...args: unknown[]) => {
    const [data] = args;
    if (data instanceof Uint8Array && data.length > 6) {
      const key = Buffer.from(data.buffer, data.byteOffset, data.length).readInt16BE(4);
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return write(...args);
  }) as Socket['write'];
}

const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  connect.apply(this, args);
  // Afterwards, because connecting takes back a method that was replaced before.
  if (portIn(args) === port) countWrites(this);
  return this;
} as Socket['connect'];

process.on('SIGUSR2', () => {
  const file = join(folder, `${process.pid}.json`);
  writeFileSync(`${file}.part`, JSON.stringify(counts));
  renameSync(`${file}.part`, file);
});
