import { logger } from '@halftone/service/log';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { fixRequestQueue } from './request-queue';
import { openSocket } from './socket';

fixRequestQueue();

export interface KafkaOptions {
  brokers: string[];
  /** The name of the process: the broker shows it, and it is the CloudEvents source of what the process publishes. */
  clientId: string;
}

/**
 * The only place that opens a client. kafkajs logs each retry as an error; here a retry is a debug line. The caller
 * reports the errors that kafkajs gives up on.
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
    logCreator: () => writeLog,
  });

function writeLog({ namespace, level, log }: LogEntry): void {
  const crash = level === logLevel.ERROR && namespace === 'Consumer' && log.message.startsWith('Crash');
  const { groupId, broker, error } = log;
  logger('kafkajs')[crash ? 'warn' : 'debug']({ namespace, groupId, broker, error }, log.message);
}
