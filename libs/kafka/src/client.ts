import { logger } from '@halftone/service';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { openSocket } from './socket';

export interface KafkaOptions {
  brokers: string[];
  /** Name of the process: shown by the broker, and the CloudEvents source of what it publishes. */
  clientId: string;
}

/**
 * The one place that opens a client. kafkajs calls each retry an error; here what it retries by itself is a debug line, and what it gives
 * up on is reported by whoever asked.
 */
export const createKafka = ({ brokers, clientId }: KafkaOptions): Kafka =>
  new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    socketFactory: openSocket,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 6 },
    logLevel: logLevel.WARN,
    logCreator: () => write,
  });

function write({ namespace, level, log }: LogEntry): void {
  const crash = level === logLevel.ERROR && namespace === 'Consumer' && log.message.startsWith('Crash');
  const { groupId, broker, error } = log;
  logger('kafkajs')[crash ? 'warn' : 'debug']({ namespace, groupId, broker, error }, log.message);
}
