import type { Socket } from 'node:net';
import { type Consumer, type ConsumerConfig, Kafka, type KafkaConfig } from 'kafkajs';
import { openSocket } from './socket';

/**
 * A consumer of kafkajs whose fetches may wait long for messages, and that still disconnects immediately. kafkajs waits
 * for the running fetch before it leaves the group. Here that fetch ends as if the broker had closed the connection;
 * the group is left on a new one.
 */
export function promptConsumer(config: KafkaConfig, consumerConfig: ConsumerConfig): Consumer {
  const sockets = new Set<Socket>();
  const socketFactory: typeof openSocket = (to) => {
    const socket = openSocket(to);
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };
  const consumer = new Kafka({ ...config, socketFactory }).consumer(consumerConfig);
  const isWaiting = watchFetches(consumer);
  return {
    ...consumer,
    async disconnect() {
      // From here on nothing is fetched.
      const left = consumer.disconnect();
      if (isWaiting()) for (const socket of sockets) endConnection(socket);
      await left;
    },
  };
}

/**
 * Whether every broker has a fetch to answer. A broker without one handles a batch, whose commit may be on the way on
 * any connection.
 */
function watchFetches({ on, events }: Consumer): () => boolean {
  const brokers = new Set<number>();
  const fetching = new Set<number>();
  on(events.FETCH_START, ({ payload: { nodeId } }) => {
    brokers.add(nodeId);
    fetching.add(nodeId);
  });
  on(events.FETCH, ({ payload: { nodeId } }) => void fetching.delete(nodeId));
  return () => fetching.size > 0 && fetching.size === brokers.size;
}

/** kafkajs notices only this event and errors. */
function endConnection(socket: Socket): void {
  socket.emit('end');
  socket.destroy();
}
